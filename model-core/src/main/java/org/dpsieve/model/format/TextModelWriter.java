package org.dpsieve.model.format;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.stream.Collectors;
import org.dpsieve.error.UnsupportedModelException;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Changes a model in YAML or JSON where it stands: everything else in the text stays as it is. JSON
 * is read as the YAML that it is, too.
 */
final class TextModelWriter {
  private record Edit(int from, int to, String text) {}

  private interface Visitor {
    void visit(String path, MappingNode map);
  }

  private final String file;
  private final String text;
  private final List<Edit> edits = new ArrayList<>();

  private TextModelWriter(String file, byte[] source) {
    this.file = file;
    this.text = new String(source, StandardCharsets.UTF_8);
  }

  /**
   * @param changed arrays by their {@link StoredTensor#key}
   */
  static byte[] withNumbers(String file, byte[] source, Map<String, double[]> changed) {
    TextModelWriter writer = new TextModelWriter(file, source);
    return writer.edited(
        (path, map) -> {
          if (changed.containsKey(path)) {
            writer.replaceNumbers(entry(map, "value"), changed.get(path));
          }
        });
  }

  /** Every {@code type_map} that is {@code before} becomes {@code after}. */
  static byte[] withTypeMap(String file, byte[] source, List<String> before, List<String> after) {
    TextModelWriter writer = new TextModelWriter(file, source);
    return writer.edited(
        (path, map) -> {
          NodeTuple entry = entry(map, "type_map");
          if (entry != null
              && entry.getValueNode() instanceof SequenceNode symbols
              && symbols.getValue().stream().map(TextModelWriter::scalar).toList().equals(before)) {
            for (int i = 0; i < before.size(); i++) {
              // In quotes: Y and No are true and false in YAML.
              Node symbol = symbols.getValue().get(i);
              int from = symbol.getStartMark().getIndex();
              writer.replace(from, symbol, '"' + after.get(i) + '"');
            }
          }
        });
  }

  private byte[] edited(Visitor visitor) {
    walk(new Yaml(TextModel.options()).compose(new StringReader(text)), "", visitor);
    StringBuilder edited = new StringBuilder(text);
    // An array that several places point to is met several times.
    edits.stream()
        .distinct()
        .sorted(Comparator.comparing(Edit::from).reversed())
        .forEach(edit -> edited.replace(edit.from(), edit.to(), edit.text()));
    return edited.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Paths as {@link TextModel} makes them. */
  private static void walk(Node node, String path, Visitor visitor) {
    if (node instanceof MappingNode map) {
      visitor.visit(path, map);
      for (NodeTuple entry : map.getValue()) {
        walk(entry.getValueNode(), path + "." + scalar(entry.getKeyNode()), visitor);
      }
    } else if (node instanceof SequenceNode list) {
      for (int i = 0; i < list.getValue().size(); i++) {
        walk(list.getValue().get(i), path + "[" + i + "]", visitor);
      }
    }
  }

  private static NodeTuple entry(MappingNode map, String key) {
    return map.getValue().stream()
        .filter(entry -> key.equals(scalar(entry.getKeyNode())))
        .findFirst()
        .orElse(null);
  }

  private static String scalar(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  /** From the colon on: lines of a list may begin where their key does, brackets may not. */
  private void replaceNumbers(NodeTuple entry, double[] numbers) {
    Node value = entry.getValueNode();
    if (value.getAnchor() != null) {
      throw new UnsupportedModelException(
          "%s: an array to be replaced stands for others, too ('%s')"
              .formatted(file, value.getAnchor()));
    }
    int from = entry.getKeyNode().getEndMark().getIndex();
    replace(from, value, ": " + text(value, Arrays.stream(numbers).iterator()));
  }

  private void replace(int from, Node to, String with) {
    edits.add(new Edit(index(from), index(end(to)), with));
  }

  /** Of a list by lines, SnakeYAML says the end is where the next thing begins. */
  private static int end(Node node) {
    if (node instanceof SequenceNode list
        && list.getFlowStyle() == DumperOptions.FlowStyle.BLOCK
        && !list.getValue().isEmpty()) {
      return end(list.getValue().get(list.getValue().size() - 1));
    }
    return node.getEndMark().getIndex();
  }

  /** SnakeYAML counts code points. */
  private int index(int codePoints) {
    return text.offsetByCodePoints(0, codePoints);
  }

  private static String text(Node shape, PrimitiveIterator.OfDouble numbers) {
    if (shape instanceof SequenceNode list) {
      return list.getValue().stream()
          .map(child -> text(child, numbers))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    // 1.0E10 is text to PyYAML, 1.0e+10 is not.
    return Double.toString(numbers.nextDouble()).replaceAll("E(?=\\d)", "e+").replace('E', 'e');
  }
}
