package org.dpsieve.model.format.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Precision;
import org.dpsieve.model.TabulatedEmbedding;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/**
 * Reads the tables that {@code dp compress} puts in the place of se_e2_a's embedding nets: one
 * operation per pair of types makes R^T G at once ({@code deepmd/tf/descriptor/se_a.py:
 * _filter_lower}; {@code deepmd/tf/utils/tabulate.py}).
 */
final class CompressedGraph {
  /** The second name is that of DeePMD-kit 2.0. */
  private static final Set<String> OPERATIONS = Set.of("TabulateFusionSeA", "TabulateFusion");

  private final FrozenGraph graph;
  private final Map<String, Map<Integer, TabulatedEmbedding>> tables = new HashMap<>();
  private final Map<String, Precision> precisions = new HashMap<>();

  CompressedGraph(FrozenGraph graph) {
    this.graph = graph;
  }

  boolean isUsed(String scope) {
    return graph.energyNodes().stream().anyMatch(node -> isIn(scope, node));
  }

  boolean isTable(NodeDef node) {
    return OPERATIONS.contains(node.getOp());
  }

  private boolean isIn(String scope, NodeDef node) {
    return isTable(node) && node.getName().startsWith(scope + "/");
  }

  /** Reads the tables of one scope, if any. */
  void read(String scope, int[] sel) {
    Map<Integer, TabulatedEmbedding> found = new HashMap<>();
    for (NodeDef node : graph.energyNodes().stream().filter(n -> isIn(scope, n)).toList()) {
      int neighbor = neighbor(node, sel, found.keySet());
      found.put(neighbor, table(node));
      graph.understand(node);
      int type = graph.attribute(node, "T").getType();
      precisions.put(scope, type == Tensor.FLOAT ? Precision.FLOAT32 : Precision.FLOAT64);
    }
    tables.put(scope, found);
  }

  /** {@code null} where the pair has none. */
  TabulatedEmbedding table(String scope, int neighbor) {
    return tables.getOrDefault(scope, Map.of()).get(neighbor);
  }

  /** Precision of the arithmetic with the scope's tables. */
  Precision precision(String scope) {
    return Optional.ofNullable(precisions.get(scope))
        .orElseThrow(() -> new IllegalStateException("scope without nets: " + scope));
  }

  /** Told by which columns of the environment the table's rows are cut from. */
  private int neighbor(NodeDef node, int[] sel, Set<Integer> taken) {
    NodeDef rows = graph.origin(graph.input(node, 3));
    NodeDef first = graph.origin(graph.input(node, 2));
    boolean sameRows =
        first.getOp().equals("Slice")
            && rows.getOp().equals("Slice")
            && graph.origin(graph.input(first, 0)).getName().equals(rows.getName())
            && List.of(0.0, 0.0).equals(numbers(graph.input(first, 1)))
            && List.of(-1.0, 1.0).equals(numbers(graph.input(first, 2)));
    if (sameRows) {
      List<Double> begin = numbers(graph.input(rows, 1));
      List<Double> size = numbers(graph.input(rows, 2));
      double start = 0;
      for (int type = 0; type < sel.length; type++) {
        double slots = 4.0 * sel[type];
        if (!taken.contains(type)
            && begin.equals(List.of(0.0, start))
            && size.equals(List.of(-1.0, slots))) {
          return type;
        }
        start += slots;
      }
    }
    throw new UnsupportedModelException(
        "%s: '%s' is not the table of a pair of types".formatted(graph.file(), node.getName()));
  }

  private List<Double> numbers(NodeDef node) {
    return Arrays.stream(graph.constant(node).values()).boxed().toList();
  }

  /** The table that an operation looks up. */
  TabulatedEmbedding table(NodeDef node) {
    Tensor data = graph.constant(graph.input(node, 0));
    Tensor info = graph.constant(graph.input(node, 1));
    int width = (int) graph.attribute(node, "last_layer_size").getI();
    double[] limits = info.values();
    long rowSize = (long) width * TabulatedEmbedding.TERMS;
    if (limits.length < 5 || width < 1 || data.values().length % rowSize != 0) {
      throw damaged(
          node,
          "%s for %s"
              .formatted(Counted.of(data.values().length, "number"), Counted.of(width, "output")));
    }
    double lower = decimal(limits[0], info);
    double upper = decimal(limits[1], info);
    double max = decimal(limits[2], info);
    double fine = decimal(limits[3], info);
    double coarse = decimal(limits[4], info);
    long fineIntervals = Math.round((upper - lower) / fine);
    boolean grids =
        lower < upper
            && upper <= max
            && fine > 0
            && coarse > 0
            && max < Double.POSITIVE_INFINITY
            && lower > Double.NEGATIVE_INFINITY
            && Math.abs((upper - lower) / fine - fineIntervals) < 1e-6;
    long rows = data.values().length / rowSize;
    if (!grids || (max - upper) / coarse >= rows - fineIntervals + 1) {
      throw damaged(node, limits(limits) + " for %s".formatted(Counted.of(rows, "row")));
    }
    return new TabulatedEmbedding(
        lower, upper, max, fine, coarse, (int) fineIntervals, width, data.values());
  }

  /** 0.01 in single precision means 0.01: the table was made with that. */
  private static double decimal(double value, Tensor tensor) {
    return tensor.type() == Tensor.FLOAT
        ? Double.parseDouble(Float.toString((float) value))
        : value;
  }

  private static String limits(double[] limits) {
    return "grids from %s by %s to %s, by %s to %s"
        .formatted(limits[0], limits[3], limits[1], limits[4], limits[2]);
  }

  private InputException damaged(NodeDef node, String what) {
    return new InputException(
        "%s: the table '%s' does not fit together: %s; damaged file?"
            .formatted(graph.file(), node.getName(), what));
  }
}
