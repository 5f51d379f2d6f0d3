package org.dpsieve.model.format.graph;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.TabulatedEmbedding;
import org.dpsieve.model.TypedEmbedding;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/**
 * Reads the embedding of se_e2_a with a stripped type embedding ({@code se_a_ebd_v2}, {@code
 * tebd_input_mode: strip}; {@code deepmd/tf/descriptor/se_a.py: _filter_lower}): G(s) (1 + f), f of
 * the types of neighbor and centre, or of the neighbor alone; also after {@code dp compress}, with
 * G and f in tables.
 */
final class StrippedGraph {
  private static final String ONE_SIDE = "_one_side_ebd";
  private static final String TWO_SIDES = "_two_side_ebd";
  private static final String TABLE = "TabulateFusionSeAtten";

  private final FrozenGraph graph;
  private final String scope;
  private final double[][] vectors;

  /** {@code [centre type][neighbor type]}; the last row's and column's is that of empty slots. */
  private Embedding[][] embedding;

  private boolean oneSide;
  private Precision precision = Precision.FLOAT64;

  StrippedGraph(FrozenGraph graph, String scope, double[][] vectors) {
    this.graph = graph;
    this.scope = scope;
    this.vectors = vectors;
  }

  /** Whether the scope has such nets, or tables. */
  boolean isUsed() {
    return vectors != null
        && (graph.has(scope + "/matrix_1" + ONE_SIDE)
            || graph.has(scope + "/matrix_1" + TWO_SIDES)
            || !tables().isEmpty());
  }

  static boolean isTable(NodeDef node) {
    return node.getOp().equals(TABLE);
  }

  private List<NodeDef> tables() {
    return graph.energyNodes().stream()
        .filter(node -> isTable(node) && node.getName().startsWith(scope + "/"))
        .toList();
  }

  void read(int types) {
    if (vectors.length != types) {
      throw new InputException(
          "%s: a type embedding of %s, its descriptor has %d; damaged file?"
              .formatted(graph.file(), Counted.of(vectors.length, "type"), types));
    }
    embedding = new Embedding[types][types + 1];
    List<NodeDef> tables = tables();
    if (tables.isEmpty()) {
      readNets(types);
    } else if (tables.size() == 1) {
      readTable(tables.get(0), types);
    } else {
      throw unknown();
    }
  }

  private void readNets(int types) {
    oneSide = graph.has(scope + "/matrix_1" + ONE_SIDE);
    LayerReader layers = new LayerReader(graph);
    Network net = layers.embeddingNet(scope, "");
    Network strip = layers.embeddingNet(scope, oneSide ? ONE_SIDE : TWO_SIDES);
    if (net.inputSize() != 1
        || strip.inputSize() != (oneSide ? 1 : 2) * vectors[0].length
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
    understandFactor();
    TypedEmbedding typed = new TypedEmbedding(vectors, net, strip, oneSide, false);
    for (int n = 0; n <= types; n++) {
      for (int c = 0; c < types; c++) {
        embedding[c][n] =
            oneSide && c > 0 ? embedding[0][n] : n == types ? typed.ofEmpty(c) : typed.of(n, c);
      }
    }
    precision = new TypedNetGraph(graph).precision(scope);
  }

  /** g f + g, f looked up by types. */
  private void understandFactor() {
    for (NodeDef sum : graph.energyNodes()) {
      if (sum.getOp().equals("AddV2") && sum.getName().startsWith(scope + "/")) {
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
    throw unknown();
  }

  private void readTable(NodeDef node, int types) {
    TabulatedEmbedding table = new CompressedGraph(graph).table(node);
    NodeDef lookup = graph.origin(graph.input(node, 4));
    if (!lookup.getOp().equals("GatherV2")) {
      throw unknown();
    }
    int width = table.outputSize();
    double[] factors = graph.constant(graph.input(lookup, 0)).values();
    long row = (types + 1L) * width;
    oneSide = factors.length == row;
    if (!oneSide && factors.length != (types + 1) * row) {
      throw unknown();
    }
    for (int c = 0; c < types; c++) {
      for (int n = 0; n <= types; n++) {
        int from = ((oneSide ? 0 : c * (types + 1)) + n) * width;
        embedding[c][n] =
            oneSide && c > 0
                ? embedding[0][n]
                : table.times(Arrays.copyOfRange(factors, from, from + width));
      }
    }
    graph.understand(node);
    precision =
        graph.attribute(node, "T").getType() == Tensor.FLOAT
            ? Precision.FLOAT32
            : Precision.FLOAT64;
  }

  /** After {@link #read}. */
  Embedding embedding(int centre, int neighbor) {
    return embedding[centre][neighbor];
  }

  /** By centre type, after {@link #read}. */
  Embedding[] empty() {
    return Arrays.stream(embedding).map(row -> row[row.length - 1]).toArray(Embedding[]::new);
  }

  /** Whether the centre's type does not count, after {@link #read}. */
  boolean isOneSide() {
    return oneSide;
  }

  Precision precision() {
    return precision;
  }

  private UnsupportedModelException unknown() {
    return new UnsupportedModelException(
        "%s: '%s' is not what DeePMD-kit makes of a se_e2_a descriptor with tebd_input_mode strip"
            .formatted(graph.file(), scope));
  }
}
