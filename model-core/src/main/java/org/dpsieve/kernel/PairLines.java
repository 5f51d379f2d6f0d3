package org.dpsieve.kernel;

import org.dpsieve.model.SeE2A;

/**
 * Where one pair after another finds value and slope of its embedding: on a line of a table, or on
 * one made for it. Not for two threads at once.
 */
final class PairLines {
  private final Embeddings embeddings;
  private final SeE2A descriptor;
  private final EmbeddingNet[][] nets;
  private final int pitch;

  /** A line like a table's, for a neighbour that no table holds. */
  private final double[] ownLine;

  /** Coefficients, of which the present pair's begin at {@link #at}, {@code pitch} by power. */
  double[] line;

  int at;

  /** Whether {@link #line} is the table's. */
  boolean onTable;

  /** The pair's place on its line. */
  double t;

  // the pair's normalised row of the environment matrix
  double r0;
  double r1;
  double r2;
  double r3;

  PairLines(Embeddings embeddings) {
    this.embeddings = embeddings;
    descriptor = embeddings.descriptor();
    pitch = EmbeddingTable.pitch(descriptor.embeddingWidth());
    ownLine = new double[EmbeddingTable.TERMS * pitch];
    int types = descriptor.sel().length;
    nets = new EmbeddingNet[types][types];
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        nets[c][n] = embeddings.net(c, n) == null ? null : new EmbeddingNet(embeddings.net(c, n));
      }
    }
  }

  /** Makes {@code pair} the present one; its pair of types must not be excluded. */
  void load(Environment environment, int pair, int type, int neighborType) {
    double[] g = environment.geometry();
    int o = pair * Environment.PER_PAIR;
    double[] davg = descriptor.davg()[type];
    double[] dstd = descriptor.dstd()[type];
    double s = g[o + 3];
    r0 = (s - davg[0]) / dstd[0];
    r1 = (s * g[o] - davg[1]) / dstd[1];
    r2 = (s * g[o + 1] - davg[2]) / dstd[2];
    r3 = (s * g[o + 2] - davg[3]) / dstd[3];
    EmbeddingTable table = embeddings.table(type, neighborType);
    int interval = table.interval(r0);
    onTable = interval >= 0;
    if (onTable) {
      line = table.coefficients();
      at = interval * table.stride();
      t = r0 - table.origin(interval);
    } else { // value and slope of the net itself are a line as well, of which t = 0 is the place
      nets[type][neighborType].evaluate(r0, ownLine, 0, pitch);
      line = ownLine;
      at = 0;
      t = 0;
    }
  }
}
