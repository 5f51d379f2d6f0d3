package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.AttentionLayer;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.TypedEmbedding;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads the se_atten descriptor of a frozen graph ({@code deepmd/tf/descriptor/se_atten.py}). */
final class SeAttenGraph {
  private static final String STRIPPED = "_two_side_ebd";

  private final FrozenGraph graph;
  private final NodeDef environment;
  private final DescriptorGraph parts;
  private final TypedNetGraph typed;
  private final String scope;

  SeAttenGraph(FrozenGraph graph, NodeDef environment) {
    this.graph = graph;
    this.environment = environment;
    this.parts = new DescriptorGraph(graph, environment);
    this.typed = new TypedNetGraph(graph);
    this.scope = parts.scope("all");
  }

  SeAtten read() {
    refuse(
        graph.energyNodes().stream().anyMatch(node -> node.getOp().startsWith("TabulateFusion")),
        "a compressed se_atten cannot be read yet");
    refuse(
        graph.energyNodes().stream().anyMatch(this::clipsNumbers),
        "smooth_type_embedding of se_atten (se_atten_v2) as TensorFlow computes it cannot be read");
    if (!typed.has(scope)) {
      throw parts.notA("se_atten", scope);
    }
    int[] slots = parts.slots("sel_a");
    int types = typed.vectors().length;
    int sel = Arrays.stream(slots).sum();
    double[][] davg = parts.statistics(5, types, sel, 4);
    refuse(
        Arrays.stream(davg).flatMapToDouble(Arrays::stream).anyMatch(mean -> mean != 0),
        "se_atten with a mean of the environment (set_davg_zero false) cannot be read");
    TypedEmbedding embedding = embedding();
    List<AttentionLayer> attention =
        new AttentionGraph(graph, parts.suffix()).read(embedding.width());
    NodeDef sum = sum(sel);
    graph.understand(environment);
    return new SeAtten(
        parts.smoothing("rcut_r_smth", "rcut_r"),
        0,
        sel,
        parts.axisNeuron(sum),
        parts.statistics(6, types, sel, 4),
        embedding,
        attention,
        false, // the fitting net knows the type
        masked(sum, types),
        typed.precision(scope));
  }

  private TypedEmbedding embedding() {
    if (!graph.has(scope + "/matrix_1" + STRIPPED)) {
      Network net = typed.read(scope, typed.vectors().length);
      return new TypedEmbedding(typed.vectors(), net, null, typed.isOneSide(net), false);
    }
    LayerReader layers = new LayerReader(graph);
    Network net = layers.embeddingNet(scope, "");
    Network strip = layers.embeddingNet(scope, STRIPPED);
    if (net.inputSize() != 1
        || strip.inputSize() != 2 * typed.vectors()[0].length
        || net.outputSize() != strip.outputSize()) {
      throw new InputException(
          "%s: embedding nets of %d and %d inputs, %d and %d outputs; damaged file?"
              .formatted(
                  graph.file(),
                  net.inputSize(),
                  strip.inputSize(),
                  net.outputSize(),
                  strip.outputSize()));
    }
    understandStripped();
    return new TypedEmbedding(typed.vectors(), net, strip, false, false);
  }

  /** g(s) f(types) + g(s). */
  private void understandStripped() {
    for (NodeDef sum : graph.energyNodes()) {
      if (sum.getOp().equals("AddV2")) {
        NodeDef product = graph.origin(graph.input(sum, 0));
        NodeDef net = graph.origin(graph.input(sum, 1));
        if (product.getOp().equals("Mul")
            && graph.origin(graph.input(product, 0)).equals(net)
            && graph.origin(graph.input(product, 1)).getOp().equals("GatherV2")) {
          graph.understand(sum);
          graph.understand(product);
          return;
        }
      }
    }
    throw parts.notA("se_atten", scope);
  }

  /** Of R^T G over the neighbours, divided by sel. */
  private NodeDef sum(int sel) {
    List<NodeDef> found = new ArrayList<>();
    for (NodeDef node : graph.energyNodes()) {
      if (node.getOp().equals("RealDiv")
          && SeE2AGraph.isProduct(graph.origin(graph.input(node, 0)))) {
        found.add(node);
      }
    }
    if (found.size() != 1) {
      throw parts.notA("se_atten", scope);
    }
    NodeDef divided = found.get(0);
    List<NodeDef> squares =
        graph.consumers(divided).stream().filter(SeE2AGraph::isProduct).toList();
    double divisor = graph.number(graph.input(divided, 1));
    if (squares.size() != 1 || divisor != sel) {
      throw parts.notA("se_atten", scope);
    }
    graph.understand(divided);
    graph.understand(graph.origin(graph.input(divided, 0)));
    graph.understand(squares.get(0));
    return divided;
  }

  /** Pairs whose rows of the environment are multiplied by zero; {@code null} for none. */
  private boolean[][] masked(NodeDef sum, int types) {
    NodeDef rows = graph.origin(graph.input(graph.origin(graph.input(sum, 0)), 0));
    while (rows.getOp().equals("Slice")) {
      rows = graph.origin(graph.input(rows, 0));
    }
    if (!rows.getOp().equals("Mul")) {
      return null;
    }
    NodeDef lookup = graph.origin(graph.input(rows, 1));
    double[] table = graph.constant(graph.input(lookup, 0)).values();
    if (table.length != types * (types + 1)
        || Arrays.stream(table).anyMatch(factor -> factor != 0 && factor != 1)) {
      throw parts.notA("se_atten", scope);
    }
    graph.understand(rows);
    understandMaskOfNeighbours(lookup);
    boolean[][] masked = new boolean[types][types];
    for (int centre = 0; centre < types; centre++) {
      for (int neighbour = 0; neighbour < types; neighbour++) {
        masked[centre][neighbour] = table[centre * (types + 1) + neighbour] == 0;
      }
    }
    return masked;
  }

  /** Attention multiplies its own mask with one column of that of the rows. */
  private void understandMaskOfNeighbours(NodeDef lookup) {
    for (NodeDef node : graph.energyNodes()) {
      if (node.getOp().equals("Mul")) {
        NodeDef column = graph.origin(graph.input(node, 1));
        if (column.getOp().equals("Slice") && graph.origin(graph.input(column, 0)).equals(lookup)) {
          graph.understand(node);
        }
      }
    }
  }

  private boolean clipsNumbers(NodeDef node) {
    return node.getOp().equals("Minimum")
        && Tensor.isFloating(graph.attribute(node, "T").getType());
  }

  private void refuse(boolean present, String feature) {
    if (present) {
      throw new UnsupportedModelException("%s: %s".formatted(graph.file(), feature));
    }
  }
}
