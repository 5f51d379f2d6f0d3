package org.dpsieve.model.format.graph;

import java.util.Arrays;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SmoothSwitch;
import org.dpsieve.model.format.proto.AttrValue;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/**
 * What the descriptors of a frozen graph have in common: an operation that makes the environment,
 * statistics that normalise it, embedding nets by name. In a hybrid every part's names have its
 * number behind them.
 */
final class DescriptorGraph {
  private final FrozenGraph graph;
  private final LayerReader layers;
  private final NodeDef environment;

  DescriptorGraph(FrozenGraph graph, NodeDef environment) {
    this.graph = graph;
    this.layers = new LayerReader(graph);
    this.environment = environment;
  }

  /** {@code ""}, in a hybrid {@code _0}, {@code _1} ... */
  String suffix() {
    String statistics = graph.origin(graph.input(environment, 5)).getName();
    int slash = statistics.indexOf('/');
    String prefix = "descrpt_attr";
    return slash > 0 && statistics.startsWith(prefix)
        ? statistics.substring(prefix.length(), slash)
        : "";
  }

  /** Scope of the nets of one centre type, or of all; the first name is DeePMD-kit 0.12's. */
  String scope(Object type) {
    String old = "DS_layer_type_" + type;
    return graph.has(old + "/matrix_1_0") ? old : "filter_type_" + type + suffix();
  }

  SmoothSwitch smoothing(String start, String end) {
    return SmoothSwitch.singlePrecision(
        graph.attribute(environment, start).getF(), graph.attribute(environment, end).getF());
  }

  /** The slots by neighbor type that an attribute holds. */
  int[] slots(String attribute) {
    int[] sel = integers(graph.attribute(environment, attribute));
    if (sel.length == 0 || Arrays.stream(sel).anyMatch(n -> n < 0 || n > 1_000_000)) {
      throw new InputException(
          "%s: sel %s; damaged file?".formatted(graph.file(), Arrays.toString(sel)));
    }
    return sel;
  }

  static int[] integers(AttrValue value) {
    return value.getList().getIList().stream().mapToInt(Long::intValue).toArray();
  }

  /**
   * davg or dstd: the same numbers in every slot.
   *
   * @param input 5 or 6
   * @param slots of all types together
   * @param period numbers of one slot
   * @return [types][period]
   */
  double[][] statistics(int input, int types, int slots, int period) {
    Tensor tensor = graph.constant(graph.input(environment, input));
    int columns = slots * period;
    if (tensor.type() != Tensor.DOUBLE) {
      throw new UnsupportedModelException(
          "%s: made by a DeePMD-kit that computes in %s throughout (DP_INTERFACE_PREC=low), which cannot be reproduced; expected float64"
              .formatted(graph.file(), Tensor.typeName(tensor.type())));
    }
    if (tensor.values().length != types * columns) {
      throw new InputException(
          "%s: descrpt_attr statistics of shape %s, expected [%d, %d]"
              .formatted(graph.file(), Arrays.toString(tensor.shape()), types, columns));
    }
    double[][] rows = new double[types][];
    for (int type = 0; type < types; type++) {
      int start = type * columns;
      rows[type] = Arrays.copyOfRange(tensor.values(), start, start + period);
      for (int i = 0; i < columns; i++) {
        // NaN in all slots where a type was not in the training data
        if (Double.compare(tensor.values()[start + i], rows[type][i % period]) != 0) {
          throw new UnsupportedModelException(
              "%s: statistics of the environment differ from slot to slot (type %d)"
                  .formatted(graph.file(), type));
        }
      }
    }
    return rows;
  }

  /** Whether there is a net of this number (or pair of numbers) in a scope. */
  boolean has(String scope, String net) {
    return graph.has("%s/matrix_1_%s".formatted(scope, net));
  }

  /** A net of one input. */
  Network network(String scope, String net) {
    Network found = layers.embeddingNet(scope, "_" + net);
    if (found.inputSize() != 1) {
      throw new UnsupportedModelException(
          "%s: embedding net of %s cannot be read; expected 1"
              .formatted(graph.file(), Counted.of(found.inputSize(), "input")));
    }
    return found;
  }

  Precision precision(String scope, String net) {
    return graph.constant("%s/matrix_1_%s".formatted(scope, net)).type() == Tensor.FLOAT
        ? Precision.FLOAT32
        : Precision.FLOAT64;
  }

  /**
   * Columns of the slice that makes the second factor of a descriptor.
   *
   * @param sum the first factor: over neighbors, divided
   */
  int axisNeuron(NodeDef sum) {
    for (NodeDef slice : graph.consumers(sum)) {
      if (slice.getOp().equals("Slice")) {
        double[] size = graph.constant(graph.input(slice, 2)).values();
        double[] begin = graph.constant(graph.input(slice, 1)).values();
        if (size.length == 3 && Arrays.stream(begin).allMatch(b -> b == 0)) {
          return (int) size[2];
        }
      }
    }
    throw new UnsupportedModelException(
        "%s: no axis_neuron found behind '%s'".formatted(graph.file(), sum.getName()));
  }

  /**
   * What the environment is multiplied by before a scope of all types reads it: 1 or 0 per [centre
   * type, neighbor type]; {@code null} when nothing is excluded.
   */
  double[] mask(String scope, int types) {
    NodeDef first =
        graph.energyNodes().stream()
            .filter(node -> node.getOp().equals("Slice"))
            .filter(node -> node.getName().startsWith(scope + "/"))
            .map(node -> graph.origin(graph.input(node, 0)))
            .filter(node -> !node.getName().startsWith(scope + "/"))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        "%s: '%s' reads no environment".formatted(graph.file(), scope)));
    if (!first.getOp().equals("Mul")) {
      return null;
    }
    NodeDef lookup = graph.origin(graph.input(first, 1));
    Tensor mask = graph.constant(graph.input(lookup, 0));
    if (mask.values().length != types * types
        || Arrays.stream(mask.values()).anyMatch(m -> m != 0 && m != 1)) {
      throw new UnsupportedModelException(
          "%s: '%s' is no mask of excluded types".formatted(graph.file(), lookup.getName()));
    }
    graph.understand(first);
    return mask.values();
  }

  /** All nets have outputs in one number. */
  void requireOneWidth(Network[][] nets) {
    long widths =
        Arrays.stream(nets)
            .flatMap(Arrays::stream)
            .filter(net -> net != null)
            .mapToInt(Network::outputSize)
            .distinct()
            .count();
    if (widths != 1) {
      throw new InputException(
          "%s: embedding nets of %s, expected one"
              .formatted(graph.file(), Counted.of(widths, "width")));
    }
  }

  UnsupportedModelException notA(String descriptor, String scope) {
    return new UnsupportedModelException(
        "%s: '%s' is not what DeePMD-kit makes of a %s descriptor"
            .formatted(graph.file(), scope, descriptor));
  }
}
