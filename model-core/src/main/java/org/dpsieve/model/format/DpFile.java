package org.dpsieve.model.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ContiguousDataset;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.io.JsonProblem;
import org.dpsieve.text.Counted;

/**
 * A {@code .dp} file: HDF5 with one dataset per array and the dictionaries as JSON in the attribute
 * {@code json}, where arrays are named ({@code deepmd/dpmodel/utils/serialization.py}).
 */
final class DpFile {
  /** The boxed ones are those of datasets of one number without a shape. */
  private static final Set<Class<?>> SINGLE = Set.of(float.class, Float.class);

  private static final Set<Class<?>> NUMBERS =
      Set.of(
          double.class,
          float.class,
          int.class,
          long.class,
          Double.class,
          Float.class,
          Integer.class,
          Long.class);

  private final String file;
  private final HdfFile hdf;
  private final long limit;

  private DpFile(String file, HdfFile hdf, long limit) {
    this.file = file;
    this.hdf = hdf;
    this.limit = limit;
  }

  static Section read(String file, byte[] bytes) {
    try (HdfFile hdf = HdfFile.fromBytes(bytes)) {
      if (!hdf.getAttributes().containsKey("json")
          || !(hdf.getAttribute("json").getData() instanceof String json)) {
        throw new InputException(
            "%s: HDF5 without the attribute 'json' of a DeePMD-kit model".formatted(file));
      }
      Map<?, ?> root = new ObjectMapper().readValue(json, Map.class);
      DpFile dp = new DpFile(file, hdf, bytes.length);
      return new Section(file, "", (Map<?, ?>) dp.resolved(root, false));
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: its attribute 'json' is damaged: %s".formatted(file, JsonProblem.of(e)), e);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // jHDF's exceptions are as many as there are ways to damage a file
      throw new InputException("%s: damaged HDF5 file: %s".formatted(file, e), e);
    }
  }

  private Object resolved(Object value, boolean variable) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach(
          (key, child) ->
              copy.put(key.toString(), resolved(child, variable || key.equals("@variables"))));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(child -> copy.add(resolved(child, variable)));
      return copy;
    }
    return variable && value instanceof String name ? tensor(name) : value;
  }

  /** Numbers; in words what else there is, which only whoever needs it minds. */
  private Object tensor(String name) {
    if (!(hdf.getByPath(name) instanceof Dataset dataset)) {
      throw new InputException("%s: '%s' is no dataset".formatted(file, name));
    }
    Class<?> type = dataset.getJavaType();
    if (dataset.getSize() < 0 || dataset.getSize() > Math.min(StoredTensor.LIMIT, 64 * limit)) {
      throw new InputException(
          "%s: '%s' holds %s of %s; damaged file?"
              .formatted(file, name, Counted.of(dataset.getSize(), "value"), type));
    }
    if (!NUMBERS.contains(type)) {
      return "'%s' with %s of %s".formatted(name, Counted.of(dataset.getSize(), "value"), type);
    }
    double[] values = new double[(int) dataset.getSize()];
    int[] shape = dataset.getDimensions();
    if (values.length > 0) {
      int filled = fill(dataset.getData(), values, 0);
      if (filled != values.length) {
        throw new InputException("%s: '%s' is cut short".formatted(file, name));
      }
    }
    return new StoredTensor(name, SINGLE.contains(type), shape, values);
  }

  private static int fill(Object data, double[] values, int from) {
    if (!data.getClass().isArray()) {
      values[from] = ((Number) data).doubleValue();
      return from + 1;
    }
    int at = from;
    for (int i = 0; i < Array.getLength(data); i++) {
      at = fill(Array.get(data, i), values, at);
    }
    return at;
  }

  /** A copy of the file with other numbers in some datasets, where they were. */
  static byte[] patched(String file, byte[] bytes, Map<String, double[]> changed) {
    byte[] copy = bytes.clone();
    try (HdfFile hdf = HdfFile.fromBytes(bytes)) {
      for (Map.Entry<String, double[]> change : changed.entrySet()) {
        if (!(hdf.getByPath(change.getKey()) instanceof ContiguousDataset dataset)) {
          throw new InputException(
              "%s: '%s' is not stored in one piece and cannot be replaced"
                  .formatted(file, change.getKey()));
        }
        ByteBuffer place =
            ByteBuffer.wrap(copy)
                .position((int) (hdf.getUserBlockSize() + dataset.getDataAddress()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (double value : change.getValue()) {
          if (SINGLE.contains(((Dataset) dataset).getJavaType())) {
            place.putFloat((float) value);
          } else {
            place.putDouble(value);
          }
        }
      }
    }
    return copy;
  }

  /**
   * A copy of the file with another type map everywhere: the JSON keeps its length, so that nothing
   * else in the file moves.
   */
  static byte[] withTypeMap(String file, byte[] bytes, List<String> before, List<String> after) {
    try (HdfFile hdf = HdfFile.fromBytes(bytes)) {
      String old = (String) hdf.getAttribute("json").getData();
      ObjectMapper mapper = new ObjectMapper();
      JsonNode root = mapper.readTree(old);
      for (JsonNode holder : root.findParents("type_map")) {
        if (holder.get("type_map").equals(mapper.valueToTree(before))) {
          ((ObjectNode) holder).set("type_map", mapper.valueToTree(after));
        }
      }
      // Written without a blank; when the file was made, nobody reads.
      ((ObjectNode) root).remove("time");
      byte[] place = old.getBytes(StandardCharsets.UTF_8);
      byte[] json = mapper.writeValueAsBytes(root);
      int at =
          new String(bytes, StandardCharsets.ISO_8859_1)
              .indexOf(new String(place, StandardCharsets.ISO_8859_1));
      if (at < 0 || json.length > place.length) {
        throw new UnsupportedModelException(
            "%s: there is no room in it for the type map %s; convert it to YAML first: dp convert-backend %s model.yaml"
                .formatted(file, after, file));
      }
      byte[] copy = bytes.clone();
      Arrays.fill(copy, at, at + place.length, (byte) ' ');
      System.arraycopy(json, 0, copy, at, json.length);
      return copy;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + ": was read before", e);
    }
  }
}
