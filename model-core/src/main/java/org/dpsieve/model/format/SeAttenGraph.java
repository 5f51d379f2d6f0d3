package org.dpsieve.model.format;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.AttentionLayer;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.TabulatedEmbedding;
import org.dpsieve.model.TypedEmbedding;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads the se_atten descriptor of a frozen graph ({@code deepmd/tf/descriptor/se_atten.py}). */
final class SeAttenGraph {
  private static final String STRIPPED = "_two_side_ebd";
  private static final String TABLE = "TabulateFusionSeAtten";
  private static final int MOST_TABLES = 12;

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

  /**
   * A se_atten; a compressed one as the se_e2_a with one table for each pair of types that it is.
   */
  Descriptor read() {
    refuse(
        graph.energyNodes().stream().anyMatch(this::clipsNumbers),
        "smooth_type_embedding of se_atten (se_atten_v2) as TensorFlow computes it cannot be read");
    if (typed.vectors() == null) {
      throw parts.notA("se_atten", scope);
    }
    int types = typed.vectors().length;
    int sel = Arrays.stream(parts.slots("sel_a")).sum();
    double[][] davg = parts.statistics(5, types, sel, 4);
    refuse(
        Arrays.stream(davg).flatMapToDouble(Arrays::stream).anyMatch(mean -> mean != 0),
        "se_atten with a mean of the environment (set_davg_zero false) cannot be read");
    double[][] dstd = parts.statistics(6, types, sel, 4);
    NodeDef mean = mean(sel);
    NodeDef sum = graph.origin(graph.input(mean, 0));
    boolean compressed = sum.getOp().equals(TABLE);
    boolean[][] masked = masked(graph.input(sum, compressed ? 3 : 0), types);
    graph.understand(environment);
    return compressed
        ? compressed(sum, sel, parts.axisNeuron(mean), dstd, masked)
        : plain(sel, parts.axisNeuron(mean), dstd, masked);
  }

  private SeAtten plain(int sel, int axisNeuron, double[][] dstd, boolean[][] masked) {
    if (!typed.has(scope)) {
      throw parts.notA("se_atten", scope);
    }
    TypedEmbedding embedding = embedding();
    List<AttentionLayer> attention =
        new AttentionGraph(graph, parts.suffix()).read(embedding.width());
    return new SeAtten(
        parts.smoothing("rcut_r_smth", "rcut_r"),
        0,
        sel,
        axisNeuron,
        dstd,
        embedding,
        attention,
        false, // the fitting net knows the type
        masked,
        typed.precision(scope));
  }

  /** G(s) (1 + f), G in one table, f in another by the types of centre and neighbour. */
  private SeE2A compressed(
      NodeDef sum, int sel, int axisNeuron, double[][] dstd, boolean[][] masked) {
    int types = dstd.length;
    refuse(
        types > MOST_TABLES, "a compressed se_atten of %d types cannot be read".formatted(types));
    TabulatedEmbedding table = new CompressedGraph(graph).table(sum);
    NodeDef lookup = graph.origin(graph.input(sum, 4));
    refuse(!lookup.getOp().equals("GatherV2"), "a table of types that is computed");
    int width = table.outputSize();
    double[] factors = graph.constant(graph.input(lookup, 0)).values();
    if (factors.length != (types + 1L) * (types + 1) * width) {
      throw parts.notA("se_atten", scope);
    }
    graph.understand(sum);
    Embedding[][] embedding = new Embedding[types][types];
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        if (masked == null || !masked[c][n]) {
          int from = (c * (types + 1) + n) * width;
          embedding[c][n] = table.times(Arrays.copyOfRange(factors, from, from + width));
        }
      }
    }
    int[] each = new int[types];
    Arrays.fill(each, sel);
    return new SeE2A(
        parts.smoothing("rcut_r_smth", "rcut_r"),
        each,
        sel,
        axisNeuron,
        false,
        new double[types][4],
        dstd,
        width,
        embedding,
        graph.attribute(sum, "T").getType() == Tensor.FLOAT
            ? Precision.FLOAT32
            : Precision.FLOAT64);
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
  private NodeDef mean(int sel) {
    List<NodeDef> found =
        graph.energyNodes().stream()
            .filter(node -> node.getOp().equals("RealDiv"))
            .filter(node -> isSum(graph.origin(graph.input(node, 0))))
            .toList();
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

  private static boolean isSum(NodeDef node) {
    return SeE2AGraph.isProduct(node) || node.getOp().equals(TABLE);
  }

  /** Pairs whose rows of the environment are multiplied by zero; {@code null} for none. */
  private boolean[][] masked(NodeDef environmentRows, int types) {
    NodeDef rows = graph.origin(environmentRows);
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
