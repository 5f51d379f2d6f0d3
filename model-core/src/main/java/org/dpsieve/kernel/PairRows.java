package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.SeE2A;

/**
 * The neighbors of one type of one centre as the descriptor kernels want them: their normalised
 * rows of the environment matrix, and for each the line of a table that holds value and slope of
 * its embedding, or that there is none. Not for two threads at once.
 */
final class PairRows {
  private final Embeddings embeddings;
  private final SeE2A descriptor;
  private final EmbeddingSlope[][] nets;
  private final int pitch;

  /** A line like a table's, for a neighbor that no table holds. */
  private final double[] ownLine;

  /** 1 / dstd, [centre type][4]. */
  private final double[][] scale;

  /** Pairs loaded. */
  int count;

  /** First coefficient of each pair's line in the table, -1 where the table does not hold it. */
  int[] at = new int[0];

  /** Each pair's place on its line; 0 on {@link #ownLine}. */
  double[] t;

  /** Row-major [4][pairs]. */
  final double[][] r = new double[4][];

  private double[] table;
  private int type;
  private int neighborType;

  /**
   * @param terms coefficients of a line
   */
  PairRows(Embeddings embeddings, int terms) {
    this.embeddings = embeddings;
    descriptor = embeddings.descriptor();
    pitch = EmbeddingTable.pitch(descriptor.embeddingWidth());
    ownLine = new double[terms * pitch];
    int types = descriptor.sel().length;
    nets = new EmbeddingSlope[types][types];
    scale = new double[types][4];
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        nets[c][n] = embeddings.net(c, n) == null ? null : EmbeddingSlope.of(embeddings.net(c, n));
      }
      for (int k = 0; k < 4; k++) {
        scale[c][k] = 1 / descriptor.dstd()[c][k];
      }
    }
  }

  /** Takes the neighbors of one type; their pair of types must not be excluded. */
  void load(Environment environment, int centre, int neighborType) {
    type = environment.type(centre);
    this.neighborType = neighborType;
    int first = environment.firstPair(centre, neighborType);
    count = environment.firstPair(centre, neighborType + 1) - first;
    if (at.length < count) {
      at = new int[2 * count];
      t = new double[2 * count];
      Arrays.setAll(r, k -> new double[2 * count]);
    }
    double[] davg = descriptor.davg()[type];
    normalise(environment.s(), first, count, davg[0], scale[type][0], r[0]);
    for (int k = 1; k < 4; k++) {
      normalise(
          environment.angular(),
          environment.unit(k - 1),
          first,
          count,
          davg[k],
          scale[type][k],
          r[k]);
    }
    EmbeddingTable lines = embeddings.table(type, neighborType);
    table = lines.coefficients();
    int stride = lines.stride();
    for (int i = 0; i < count; i++) {
      int interval = lines.interval(r[0][i]);
      at[i] = interval < 0 ? -1 : interval * stride;
      t[i] = interval < 0 ? 0 : r[0][i] - lines.origin(interval);
    }
  }

  private static void normalise(
      double[] s, int first, int count, double average, double scale, double[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = (s[first + i] - average) * scale;
    }
  }

  private static void normalise(
      double[] s, double[] unit, int first, int count, double average, double scale, double[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = (s[first + i] * unit[first + i] - average) * scale;
    }
  }

  /** The end of the pairs from {@code from} on that {@link #line} of the first is good for. */
  int end(int from) {
    int to = from + 1;
    while (at[from] >= 0 && to < count && at[to] >= 0) {
      to++;
    }
    return to;
  }

  /**
   * The coefficients that {@link #at} points into, {@code pitch} by power, until {@link #end}.
   * Where no table holds the pair, value and slope of the net itself make a line, of which t = 0 is
   * the place: {@code at} is 0 then until the next {@link #load}.
   */
  double[] line(int pair) {
    if (at[pair] >= 0) {
      return table;
    }
    nets[type][neighborType].evaluate(r[0][pair], ownLine, 0, pitch);
    at[pair] = 0;
    return ownLine;
  }
}
