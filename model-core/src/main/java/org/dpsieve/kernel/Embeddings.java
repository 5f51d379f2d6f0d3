package org.dpsieve.kernel;

import java.util.IdentityHashMap;
import java.util.Map;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.SeE2A;
import org.dpsieve.text.Counted;

/**
 * The embedding nets of one model with their tables, and what of the environment's normalisation
 * every pair needs.
 */
final class Embeddings {
  /** The tables reach from the cutoff to atoms this near, Å; nearer ones ask the net itself. */
  private static final double NEAREST = 0.5;

  private final SeE2A descriptor;
  private final EmbeddingTable[][] table;

  /** What one empty slot adds to the 4 x width sums, [centre type][neighbor type]. */
  private final double[][][] emptySlot;

  /** Without {@code tabulated}, every table is empty and all is left to the nets. */
  Embeddings(SeE2A descriptor, boolean tabulated, EmbeddingTable.Accuracy accuracy) {
    this.descriptor = descriptor;
    int types = descriptor.sel().length;
    table = new EmbeddingTable[types][types];
    emptySlot = new double[types][types][];
    Map<Embedding, double[]> ranges = new IdentityHashMap<>();
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        if (net(c, n) != null) {
          double[] range =
              ranges.computeIfAbsent(
                  net(c, n),
                  net -> new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY});
          range[0] = Math.min(range[0], normalised(c, 0, 0));
          range[1] = Math.max(range[1], normalised(c, 0, 1 / NEAREST));
        }
        if (descriptor.embedding()[c][n] != null) {
          emptySlot[c][n] = emptySlot(c, n);
        }
      }
    }
    Map<Embedding, EmbeddingTable> tables = new IdentityHashMap<>();
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        Embedding net = net(c, n);
        if (net != null) {
          double[] range = ranges.get(net);
          table[c][n] =
              tables.computeIfAbsent(
                  net,
                  key ->
                      EmbeddingTable.of(key, range[0], tabulated ? range[1] : range[0], accuracy));
        }
      }
    }
  }

  private double[] emptySlot(int centre, int neighbor) {
    int width = descriptor.embeddingWidth();
    double[] g = new double[2 * width];
    EmbeddingSlope.of(descriptor.ofEmpty(centre, neighbor))
        .evaluate(normalised(centre, 0, 0), g, 0, width);
    double[] sums = new double[4 * width];
    for (int k = 0; k < 4; k++) {
      for (int m = 0; m < width; m++) {
        sums[k * width + m] = normalised(centre, k, 0) * g[m];
      }
    }
    return sums;
  }

  private double normalised(int centre, int column, double value) {
    return (value - descriptor.davg()[centre][column]) / descriptor.dstd()[centre][column];
  }

  SeE2A descriptor() {
    return descriptor;
  }

  /** {@code null} where neighbors of the type contribute nothing. */
  Embedding net(int centre, int neighbor) {
    return descriptor.isMasked(centre, neighbor) ? null : descriptor.embedding()[centre][neighbor];
  }

  /** {@code null} where neighbors of the type contribute nothing. */
  EmbeddingTable table(int centre, int neighbor) {
    return table[centre][neighbor];
  }

  /** Row-major [4, width]; {@code null} where empty slots contribute nothing either. */
  double[] emptySlotOf(int centre, int neighbor) {
    return emptySlot[centre][neighbor];
  }

  /** For the log: how large the tables are, and how well they agree with the nets. */
  String summary() {
    Map<EmbeddingTable, Boolean> seen = new IdentityHashMap<>();
    int intervals = 0;
    double value = 0;
    double slope = 0;
    double empty = 0;
    for (EmbeddingTable[] row : table) {
      for (EmbeddingTable one : row) {
        if (one != null && seen.put(one, true) == null) {
          intervals += one.intervals();
          value = Math.max(value, one.valueError());
          slope = Math.max(slope, one.slopeError());
          empty = Math.max(empty, one.emptyShare());
        }
      }
    }
    return "%s of %s, error at most %.1e, of the slope %.1e, %.0f %% left to the nets"
        .formatted(
            Counted.of(seen.size(), "embedding table"),
            Counted.of(intervals, "interval"),
            value,
            slope,
            100 * empty);
  }
}
