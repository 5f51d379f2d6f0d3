package org.dpsieve.model.format.graph;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.format.proto.GraphDef;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.model.format.proto.TensorProto;

/**
 * A frozen graph with other names for its types, in both places where DeePMD-kit keeps them: the
 * constant that inference reads ({@code model_attr/tmap}, {@code deepmd/tf/model/ener.py}) and the
 * training input that {@code dp train --init-frz-model} and {@code dp compress} read ({@code
 * train_attr/training_script}).
 */
final class TypeMapWriter {
  private static final String TYPE_MAP = "model_attr/tmap";
  private static final String SCRIPT = "train_attr/training_script";

  private TypeMapWriter() {}

  static GraphDef write(String file, GraphDef source, List<String> before, List<String> after) {
    GraphDef.Builder graph = source.toBuilder();
    boolean found = false;
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeDef node = graph.getNode(i);
      if (node.getName().equals(TYPE_MAP)) {
        graph.setNode(i, withText(node, String.join(" ", after)));
        found = true;
      } else if (node.getName().equals(SCRIPT)) {
        graph.setNode(i, withText(node, script(text(node), before, after)));
      }
    }
    if (!found) {
      throw new UnsupportedModelException(
          "%s: no '%s' in its graph, so its elements cannot be renamed".formatted(file, TYPE_MAP));
    }
    return graph.build();
  }

  /** Every list in the text that is the old type map, whatever its spacing. */
  private static String script(String json, List<String> before, List<String> after) {
    String old =
        before.stream()
            .map(symbol -> "\\s*" + Pattern.quote("\"" + symbol + "\"") + "\\s*")
            .collect(Collectors.joining(",", "\\[", "\\]"));
    String now =
        after.stream()
            .map(symbol -> "\"" + symbol + "\"")
            .collect(Collectors.joining(", ", "[", "]"));
    return json.replaceAll("(\"type_map\"\\s*:\\s*)" + old, "$1" + Matcher.quoteReplacement(now));
  }

  private static String text(NodeDef node) {
    return node.getAttrOrThrow("value").getTensor().getStringVal(0).toStringUtf8();
  }

  private static NodeDef withText(NodeDef node, String text) {
    TensorProto tensor =
        node.getAttrOrThrow("value").getTensor().toBuilder()
            .setStringVal(0, ByteString.copyFromUtf8(text))
            .build();
    return node.toBuilder()
        .putAttr("value", node.getAttrOrThrow("value").toBuilder().setTensor(tensor).build())
        .build();
  }
}
