package org.dpsieve.model.format.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Activation;
import org.dpsieve.model.AttentionLayer;
import org.dpsieve.model.Layer;
import org.dpsieve.model.format.proto.NodeDef;

/**
 * Reads the attention of a frozen graph's se_atten ({@code deepmd/tf/descriptor/se_atten.py:
 * _attention_layers, _scaled_dot_attn}). A layer is known by its matrices' names and by the
 * operations in its scope: those, and no others.
 */
final class AttentionGraph {
  /** By what attention scores of empty places are lowered. */
  private static final double MASKED = -8_589_934_592.0; // -(2 << 32)

  /** Of tf.nn.l2_normalize, whose epsilon is that of the square. */
  private static final double SHORTEST = 1e-6;

  private static final String OPERATIONS =
      "AddV2 AddV2 AddV2 AddV2 BatchMatMulV2 BatchMatMulV2 BiasAdd BiasAdd BiasAdd BiasAdd MatMul"
          + " MatMul MatMul MatMul Maximum Maximum Maximum Mean Mean Mul Mul Mul Mul Mul Mul"
          + " RealDiv RealDiv Rsqrt Rsqrt Rsqrt Softmax Sqrt Square Square Square Square Sub Sub"
          + " Sum Sum Sum";

  private static final List<String> PLAIN = List.of(OPERATIONS.split(" "));

  private final FrozenGraph graph;
  private final LayerReader layers;
  private final String suffix;
  private final NodeDef gate;

  /**
   * @param gate by which neighbors are let in; {@code null} where empty places are masked
   */
  AttentionGraph(FrozenGraph graph, String suffix, NodeDef gate) {
    this.graph = graph;
    this.gate = gate;
    this.layers = new LayerReader(graph);
    this.suffix = suffix;
  }

  /**
   * @param width of what it works on
   * @return empty where the descriptor has none
   */
  List<AttentionLayer> read(int width) {
    List<AttentionLayer> found = new ArrayList<>();
    for (int i = 0; graph.has(scope(i) + "/c_query/matrix"); i++) {
      found.add(layer(scope(i), width));
    }
    if (!found.isEmpty() && gate == null) {
      understandMask();
    }
    return found;
  }

  private String scope(int layer) {
    return "attention_layer_%d%s".formatted(layer, suffix);
  }

  private AttentionLayer layer(String name, int width) {
    Layer query = layers.linear(name + "/c_query/matrix", name + "/c_query/bias");
    Layer key = layers.linear(name + "/c_key/matrix", name + "/c_key/bias");
    Layer value = layers.linear(name + "/c_value/matrix", name + "/c_value/bias");
    Layer out = layers.linear(name + "/c_out/matrix", name + "/c_out/bias");
    int hidden = query.outputs();
    boolean fits = out.inputs() == hidden && out.outputs() == width;
    for (Layer in : List.of(query, key, value)) {
      fits &= in.inputs() == width && in.outputs() == hidden;
    }
    boolean angular = understandOperations(name);
    if (!fits) {
      throw unsupported(name, "matrices that do not fit together");
    }
    return new AttentionLayer(
        beside(query, key, value),
        out,
        true,
        SHORTEST,
        1 / temperature(name),
        angular,
        graph.constant(name + "/layer_normalization/gamma", width).values(),
        graph.constant(name + "/layer_normalization/beta", width).values(),
        epsilon(name));
  }

  private static Layer beside(Layer query, Layer key, Layer value) {
    int inputs = query.inputs();
    int hidden = query.outputs();
    double[] weight = new double[inputs * 3 * hidden];
    double[] bias = new double[3 * hidden];
    Layer[] parts = {query, key, value};
    for (int p = 0; p < 3; p++) {
      System.arraycopy(parts[p].bias(), 0, bias, p * hidden, hidden);
      for (int i = 0; i < inputs; i++) {
        System.arraycopy(parts[p].weight(), i * hidden, weight, (i * 3 + p) * hidden, hidden);
      }
    }
    return new Layer(
        inputs, 3 * hidden, weight, bias, null, Activation.LINEAR, Layer.Shortcut.NONE);
  }

  /** Whether the scores are multiplied with cosines, too. */
  private boolean understandOperations(String name) {
    List<NodeDef> nodes =
        in(name).stream().filter(node -> !FrozenGraphReader.isPlumbing(node)).toList();
    List<String> operations = new ArrayList<>(nodes.stream().map(NodeDef::getOp).toList());
    List<String> expected = new ArrayList<>(PLAIN);
    if (gate != null) {
      expected.addAll(List.of("Mul", "Mul", "Sub"));
      requireShift(name, nodes);
    }
    expected.forEach(operations::remove);
    boolean angular = operations.equals(List.of("BatchMatMulV2", "Mul"));
    if (!(operations.isEmpty() || angular) || nodes.size() != expected.size() + (angular ? 2 : 0)) {
      throw unsupported(name, "operations of another attention (attn_mask?)");
    }
    nodes.forEach(graph::understand);
    for (NodeDef node : nodes) {
      if (node.getOp().equals("Maximum")) {
        requireShortest(node);
      }
      if (angular && node.getOp().equals("BatchMatMulV2")) {
        NodeDef direction = graph.origin(graph.input(node, 0));
        if (direction.equals(graph.origin(graph.input(node, 1)))) {
          understandDirections(direction);
        }
      }
    }
    return angular;
  }

  /** Softmax of (score + shift) gate gate - shift, times gate and gate. */
  private void requireShift(String name, List<NodeDef> nodes) {
    NodeDef softmax =
        nodes.stream()
            .filter(node -> node.getOp().equals("Softmax"))
            .findFirst()
            .orElseThrow(() -> unsupported(name, "no softmax"));
    NodeDef less = graph.origin(graph.input(softmax, 0));
    NodeDef twice = graph.origin(graph.input(less, 0));
    NodeDef once = graph.origin(graph.input(twice, 0));
    NodeDef raised = graph.origin(graph.input(once, 0));
    long gated =
        nodes.stream()
            .filter(node -> node.getOp().equals("Mul"))
            .filter(node -> graph.origin(graph.input(node, 1)).equals(gate))
            .count();
    boolean known =
        less.getOp().equals("Sub")
            && raised.getOp().equals("AddV2")
            && graph.number(graph.input(less, 1)) == AttentionLayer.SHIFT
            && graph.number(graph.input(raised, 1)) == AttentionLayer.SHIFT
            && List.of(twice, once).stream()
                .allMatch(node -> graph.origin(graph.input(node, 1)).equals(gate))
            && gated == 4;
    if (!known) {
      throw unsupported(name, "scores that are not shifted as by se_atten_v2");
    }
  }

  /** x max(x . x, tiny)^(-1/2). */
  private void understandDirections(NodeDef direction) {
    NodeDef root = graph.origin(graph.input(direction, 1));
    NodeDef largest = graph.origin(graph.input(root, 0));
    NodeDef sum = graph.origin(graph.input(largest, 0));
    NodeDef square = graph.origin(graph.input(sum, 0));
    List<NodeDef> chain = List.of(direction, root, largest, sum, square);
    List<String> operations = chain.stream().map(NodeDef::getOp).toList();
    if (!operations.equals(List.of("Mul", "Rsqrt", "Maximum", "Sum", "Square"))) {
      throw unsupported(direction.getName(), "directions of neighbors that are not of length one");
    }
    requireShortest(largest);
    chain.forEach(graph::understand);
  }

  private void requireShortest(NodeDef largest) {
    double square = graph.number(graph.input(largest, 1));
    if (Math.abs(square / (SHORTEST * SHORTEST) - 1) > 1e-6) {
      throw unsupported(
          largest.getName(), "vectors divided by their length from %s on".formatted(square));
    }
  }

  /** What is added to the scores: nothing where there is a neighbor. */
  private void understandMask() {
    for (NodeDef node : graph.energyNodes()) {
      if (node.getOp().equals("Mul") && isConstant(graph.input(node, 0), MASKED)) {
        NodeDef empty = graph.origin(graph.input(node, 1));
        if (empty.getOp().equals("Sub") && isConstant(graph.input(empty, 0), 1)) {
          graph.understand(node);
          graph.understand(empty);
        }
      }
    }
  }

  private boolean isConstant(NodeDef node, double value) {
    NodeDef origin = graph.origin(node);
    return origin.getOp().equals("Const")
        && Arrays.equals(graph.constant(origin).values(), new double[] {value});
  }

  private double temperature(String name) {
    for (NodeDef node : in(name)) {
      if (node.getOp().equals("RealDiv")) {
        NodeDef divisor = graph.origin(graph.input(node, 1));
        if (divisor.getOp().equals("Const")) {
          return graph.number(divisor);
        }
        NodeDef argument = graph.origin(graph.input(divisor, 0));
        if (divisor.getOp().equals("Sqrt") && argument.getOp().equals("Const")) {
          graph.understand(divisor);
          return Math.sqrt(graph.number(argument));
        }
      }
    }
    throw unsupported(name, "no temperature");
  }

  private double epsilon(String name) {
    for (NodeDef node : in(name)) {
      if (node.getOp().equals("Sqrt")) {
        NodeDef sum = graph.origin(graph.input(node, 0));
        return graph.number(graph.input(sum, 1));
      }
    }
    throw unsupported(name, "no layer normalisation");
  }

  private List<NodeDef> in(String name) {
    return graph.energyNodes().stream()
        .filter(node -> node.getName().startsWith(name + "/"))
        .toList();
  }

  private UnsupportedModelException unsupported(String name, String why) {
    return new UnsupportedModelException(
        "%s: attention '%s' with %s cannot be read".formatted(graph.file(), name, why));
  }
}
