package org.dpsieve.model.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.io.JsonProblem;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** A model as YAML or JSON, arrays as dictionaries of the class {@code np.ndarray}. */
final class TextModel {
  private final String file;

  private TextModel(String file) {
    this.file = file;
  }

  static Section read(String file, byte[] bytes) {
    try {
      Object parsed = parsed(bytes);
      if (parsed instanceof Map<?, ?> root
          && root.get("model") instanceof Map<?, ?> model
          && model.containsKey("@class")) {
        return new Section(
            file, "", (Map<?, ?>) new TextModel(file).resolved(root, "", new int[1]));
      }
      if (parsed instanceof Map<?, ?> root
          && root.get("model") instanceof Map<?, ?> model
          && model.containsKey("spin")) {
        throw new NoPotentialException("%s: a model with spin".formatted(file));
      }
      if (parsed instanceof Map<?, ?> program && program.containsKey("base_code")) {
        throw new UnsupportedModelException(
            "%s: a program of DeePMD-kit's Paddle backend cannot be read; convert the model that it was made from: dp convert-backend MODEL model.dp"
                .formatted(file));
      }
      throw new InputException(
          "%s: is no TensorFlow graph, and text without a 'model' of an '@class'; expected a model of DeePMD-kit"
              .formatted(file));
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: neither YAML nor JSON of a model: %s".formatted(file, JsonProblem.of(e)), e);
    } catch (YAMLException e) {
      throw new InputException(
          "%s: neither YAML nor JSON of a model: %s"
              .formatted(file, e.getMessage().lines().findFirst().orElse("")),
          e);
    } catch (StackOverflowError e) {
      throw new InputException("%s: nested too deeply; damaged file?".formatted(file), e);
    }
  }

  private static Object parsed(byte[] bytes) throws JsonProcessingException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.stripLeading().startsWith("{")) {
      return new ObjectMapper().readValue(text, Object.class);
    }
    return new Yaml(new SafeConstructor(options())).load(text);
  }

  static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    options.setNestingDepthLimit(60);
    options.setMaxAliasesForCollections(100_000); // PyYAML writes a list that is there twice so
    options.setAllowRecursiveKeys(false);
    return options;
  }

  /** {@code budget} bounds what aliases of aliases may unfold to. */
  private Object resolved(Object value, String path, int[] budget) {
    if (++budget[0] > 5_000_000 || path.length() > 2000) {
      throw new InputException("%s: unfolds without end; damaged file?".formatted(file));
    }
    if (value instanceof Map<?, ?> map) {
      if ("np.ndarray".equals(map.get("@class"))) {
        return tensor(map, path, budget);
      }
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach(
          (key, child) -> copy.put(String.valueOf(key), resolved(child, path + "." + key, budget)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(child -> copy.add(resolved(child, path + "[" + copy.size() + "]", budget)));
      return copy;
    }
    return value;
  }

  private StoredTensor tensor(Map<?, ?> map, String path, int[] budget) {
    List<Double> numbers = new ArrayList<>();
    List<Integer> shape = new ArrayList<>();
    collect(map.get("value"), 0, shape, numbers, budget);
    long size = 1;
    for (int n : shape) {
      size *= n;
    }
    if (size != numbers.size()) {
      throw new InputException(
          "%s: %s has rows of different lengths; damaged file?".formatted(file, path));
    }
    return new StoredTensor(
        path,
        "float32".equals(map.get("dtype")),
        shape.stream().mapToInt(n -> n).toArray(),
        numbers.stream().mapToDouble(n -> n).toArray());
  }

  private void collect(
      Object value, int depth, List<Integer> shape, List<Double> numbers, int[] budget) {
    if (++budget[0] > 5_000_000 || depth > 8) {
      throw new InputException("%s: unfolds without end; damaged file?".formatted(file));
    }
    if (value instanceof List<?> list) {
      if (shape.size() == depth) {
        shape.add(list.size());
      }
      list.forEach(child -> collect(child, depth + 1, shape, numbers, budget));
    } else if (value instanceof Number number) {
      numbers.add(number.doubleValue());
    } else {
      throw new InputException(
          "%s: %s in an array, expected a number; damaged file?".formatted(file, value));
    }
  }
}
