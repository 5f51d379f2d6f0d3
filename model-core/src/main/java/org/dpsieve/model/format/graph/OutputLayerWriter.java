package org.dpsieve.model.format.graph;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.format.proto.AttrValue;
import org.dpsieve.model.format.proto.GraphDef;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.model.format.proto.TensorProto;
import org.dpsieve.text.Counted;

/** A frozen graph with another output layer. */
final class OutputLayerWriter {
  private OutputLayerWriter() {}

  /**
   * @param part the ending of the names of the nodes of a linear combination's part, and what it
   *     counts
   */
  static byte[] write(GraphDef source, EnergyFitting fitting, LinearGraph.First part) {
    Map<String, double[]> constants = new HashMap<>();
    for (int type = 0; type < fitting.networks().length; type++) {
      put(constants, EnergyFittingGraph.ofType(type), fitting.networks()[type].outputLayer());
    }
    // Where all types have one net, the graph has none by type; and the other way round.
    String shared = EnergyFittingGraph.outputMatrix("");
    put(constants, "", fitting.networks()[0].outputLayer());
    // It has the first type's bias then, and what others' are more becomes energy of their type.
    double[] more = fitting.biasesBeyondFirst();
    boolean raised = Arrays.stream(more).anyMatch(level -> level != 0);
    boolean one = false;
    boolean levels = false;
    GraphDef.Builder graph = source.toBuilder();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      String name = part.own(graph.getNode(i).getName());
      double[] values = constants.get(name);
      one |= shared.equals(name);
      if (values != null) {
        graph.setNode(i, withValues(graph.getNode(i), part.own(values)));
      }
    }
    for (int i = 0; one && raised && i < graph.getNodeCount(); i++) {
      if (EnergyFittingGraph.BIAS.equals(part.own(graph.getNode(i).getName()))) {
        graph.setNode(i, raised(graph.getNode(i), part.own(more)));
        levels = true;
      }
    }
    if (one && raised && !levels) {
      throw new UnsupportedModelException(
          "a graph of one fitting net for all types and no energy by type (%s) cannot have another level of theory by its output layer; freeze it anew by DeePMD-kit 3"
              .formatted(EnergyFittingGraph.BIAS));
    }
    return bytes(graph.build());
  }

  private static NodeDef raised(NodeDef node, double[] more) {
    double[] levels =
        Tensor.decode(node.getAttrOrThrow("value").getTensor(), node.getName()).values().clone();
    Arrays.setAll(levels, type -> levels[type] + more[type]);
    return withValues(node, levels);
  }

  private static void put(Map<String, double[]> constants, String net, Layer last) {
    constants.put(EnergyFittingGraph.outputMatrix(net), last.weight());
    constants.put(EnergyFittingGraph.outputBias(net), last.bias());
  }

  private static NodeDef withValues(NodeDef node, double[] values) {
    TensorProto old = node.getAttrOrThrow("value").getTensor();
    if (Tensor.decode(old, node.getName()).values().length != values.length) {
      throw new IllegalArgumentException(
          "%s: the source has no place for %s"
              .formatted(node.getName(), Counted.of(values.length, "number")));
    }
    AttrValue value = AttrValue.newBuilder().setTensor(Tensor.encode(old, values)).build();
    return node.toBuilder().putAttr("value", value).build();
  }

  /** Attributes are a map: without sorting, their order would be that of a hash. */
  static byte[] bytes(GraphDef graph) {
    byte[] bytes = new byte[graph.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      graph.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array has no end of its own", e);
    }
    return bytes;
  }
}
