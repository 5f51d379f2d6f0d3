package org.dpsieve.model.format.graph;

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
import org.dpsieve.text.Counted;

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
    if (typed.vectors() == null) {
      throw parts.notA("se_atten", scope);
    }
    int types = typed.vectors().length;
    int sel = Arrays.stream(parts.slots("sel_a")).sum();
    double[][] davg = parts.statistics(5, types, sel, 4);
    double[] average = means(davg);
    double[][] dstd = parts.statistics(6, types, sel, 4);
    NodeDef mean = mean(sel);
    NodeDef sum = graph.origin(graph.input(mean, 0));
    NodeDef gate = gate();
    double gateRadius = gate == null ? 0 : gateRadius(gate);
    boolean compressed = sum.getOp().equals(TABLE);
    boolean[][] masked = masked(graph.input(sum, compressed ? 3 : 0), types);
    graph.understand(environment);
    boolean hasMean = Arrays.stream(average).anyMatch(m -> m != 0);
    refuse(
        masked != null && (hasMean || gate != null),
        "exclude_types of se_atten with smooth_type_embedding or with a mean of the environment"
            + " (set_davg_zero false) cannot be read");
    refuse(
        compressed && (hasMean || gate != null),
        "a compressed se_atten_v2, or se_atten with a mean of the environment, cannot be read");
    return compressed
        ? compressed(sum, sel, parts.axisNeuron(mean), dstd, masked)
        : plain(sel, parts.axisNeuron(mean), average, dstd, gateRadius, gate, masked);
  }

  /** Of the first column; the others have none. */
  private double[] means(double[][] davg) {
    for (double[] row : davg) {
      refuse(
          row[1] != 0 || row[2] != 0 || row[3] != 0,
          "se_atten with a mean of directions (davg) cannot be read");
    }
    return Arrays.stream(davg).mapToDouble(row -> row[0]).toArray();
  }

  /** What a smooth type embedding lets neighbors in by: the only clipped numbers. */
  private NodeDef gate() {
    List<NodeDef> clips =
        graph.energyNodes().stream()
            .filter(node -> node.getOp().equals("Maximum"))
            .filter(
                node -> {
                  NodeDef inner = graph.origin(graph.input(node, 0));
                  return inner.getOp().equals("Minimum") && clipsNumbers(inner);
                })
            .toList();
    refuse(clips.size() > 1, "several smooth type embeddings cannot be read");
    return clips.isEmpty() ? null : clips.get(0);
  }

  /** 1 - u³ from 0 to 1, u = 1 - radius s, s = first column times its deviation plus its mean. */
  private double gateRadius(NodeDef clip) {
    NodeDef inner = graph.origin(graph.input(clip, 0));
    NodeDef raised = graph.origin(graph.input(inner, 0));
    NodeDef cubed = graph.origin(graph.input(raised, 0));
    NodeDef square = graph.origin(graph.input(cubed, 0));
    NodeDef negative = graph.origin(graph.input(square, 0));
    NodeDef u = graph.origin(graph.input(negative, 0));
    NodeDef scaled = graph.origin(graph.input(u, 1));
    NodeDef s = graph.origin(graph.input(scaled, 1));
    NodeDef times = graph.origin(graph.input(s, 0));
    List<NodeDef> chain =
        List.of(clip, inner, raised, cubed, square, negative, u, scaled, s, times);
    boolean known =
        chain.stream()
                .map(NodeDef::getOp)
                .toList()
                .equals(
                    List.of(
                        "Maximum", "Minimum", "AddV2", "Mul", "Mul", "Neg", "Sub", "Mul", "AddV2",
                        "Mul"))
            && graph.origin(graph.input(cubed, 1)).equals(u)
            && graph.origin(graph.input(square, 1)).equals(u)
            && graph.number(graph.input(clip, 1)) == 0
            && graph.number(graph.input(inner, 1)) == 1
            && graph.number(graph.input(raised, 1)) == 1
            && graph.number(graph.input(u, 0)) == 1
            && graph.origin(graph.input(times, 1)).getOp().equals("GatherV2")
            && graph.origin(graph.input(s, 1)).getOp().equals("GatherV2");
    refuse(!known, "smooth_type_embedding of another kind than se_atten_v2's cannot be read");
    chain.forEach(graph::understand);
    return graph.number(graph.input(scaled, 0));
  }

  private SeAtten plain(
      int sel,
      int axisNeuron,
      double[] average,
      double[][] dstd,
      double gateRadius,
      NodeDef gate,
      boolean[][] masked) {
    if (!typed.has(scope)) {
      throw parts.notA("se_atten", scope);
    }
    TypedEmbedding embedding = embedding(gate);
    List<AttentionLayer> attention =
        new AttentionGraph(graph, parts.suffix(), gate).read(embedding.width());
    return new SeAtten(
        parts.smoothing("rcut_r_smth", "rcut_r"),
        0,
        sel,
        axisNeuron,
        average,
        dstd,
        gateRadius,
        embedding,
        attention,
        false, // the fitting net knows the type
        masked,
        typed.precision(scope));
  }

  /** G(s) (1 + f), G in one table, f in another by the types of centre and neighbor. */
  private SeE2A compressed(
      NodeDef sum, int sel, int axisNeuron, double[][] dstd, boolean[][] masked) {
    int types = dstd.length;
    refuse(
        types > MOST_TABLES,
        "a compressed se_atten of %s cannot be read".formatted(Counted.of(types, "type")));
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

  private TypedEmbedding embedding(NodeDef gate) {
    if (!graph.has(scope + "/matrix_1" + STRIPPED)) {
      Network net = typed.read(scope, typed.vectors().length);
      return new TypedEmbedding(typed.vectors(), net, null, typed.isOneSide(net), gate != null);
    }
    LayerReader layers = new LayerReader(graph);
    Network net = layers.embeddingNet(scope, "");
    Network strip = layers.embeddingNet(scope, STRIPPED);
    if (net.inputSize() != 1
        || strip.inputSize() != 2 * typed.vectors()[0].length
        || net.outputSize() != strip.outputSize()) {
      throw new InputException(
          "%s: embedding nets of %d and %s, %d and %s; damaged file?"
              .formatted(
                  graph.file(),
                  net.inputSize(),
                  Counted.of(strip.inputSize(), "input"),
                  net.outputSize(),
                  Counted.of(strip.outputSize(), "output")));
    }
    understandStripped(gate);
    return new TypedEmbedding(typed.vectors(), net, strip, false, gate != null);
  }

  /** g(s) f(types) + g(s), f maybe times the gate. */
  private void understandStripped(NodeDef gate) {
    for (NodeDef sum : graph.energyNodes()) {
      if (sum.getOp().equals("AddV2")) {
        NodeDef product = graph.origin(graph.input(sum, 0));
        NodeDef net = graph.origin(graph.input(sum, 1));
        if (product.getOp().equals("Mul")
            && graph.origin(graph.input(product, 0)).equals(net)
            && isFactor(graph.origin(graph.input(product, 1)), gate)) {
          graph.understand(sum);
          graph.understand(product);
          return;
        }
      }
    }
    throw parts.notA("se_atten", scope);
  }

  private boolean isFactor(NodeDef factor, NodeDef gate) {
    if (gate == null) {
      return factor.getOp().equals("GatherV2");
    }
    boolean gated =
        factor.getOp().equals("Mul")
            && graph.origin(graph.input(factor, 0)).getOp().equals("GatherV2")
            && graph.origin(graph.input(factor, 1)).equals(gate);
    if (gated) {
      graph.understand(factor);
    }
    return gated;
  }

  /** Of R^T G over the neighbors, divided by sel. */
  private NodeDef mean(int sel) {
    List<NodeDef> found =
        graph.energyNodes().stream()
            .filter(node -> node.getOp().equals("RealDiv"))
            .filter(node -> isSum(graph.origin(graph.input(node, 0))))
            .filter(node -> isOfThis(graph.origin(graph.input(node, 0))))
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

  /** Whether a sum is over rows of this environment. */
  private boolean isOfThis(NodeDef sum) {
    NodeDef rows = graph.origin(graph.input(sum, sum.getOp().equals(TABLE) ? 3 : 0));
    while (rows.getOp().equals("Slice") || rows.getOp().equals("Mul")) {
      rows = graph.origin(graph.input(rows, 0));
    }
    return rows.equals(environment);
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
    understandMaskOfNeighbors(lookup);
    boolean[][] masked = new boolean[types][types];
    for (int centre = 0; centre < types; centre++) {
      for (int neighbor = 0; neighbor < types; neighbor++) {
        masked[centre][neighbor] = table[centre * (types + 1) + neighbor] == 0;
      }
    }
    return masked;
  }

  /** Attention multiplies its own mask with one column of that of the rows. */
  private void understandMaskOfNeighbors(NodeDef lookup) {
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
