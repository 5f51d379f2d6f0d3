package org.dpsieve.kernel;

import org.dpsieve.model.Network;

/**
 * A net of one input by a table where it holds the input, else by itself. Immutable; every thread
 * has its own {@link Reader}.
 */
final class TabulatedNet {
  private final Network network;
  private final EmbeddingTable table;
  private final int width;

  /** Tabulated between {@code low} and {@code high}; not at all where they are the same. */
  TabulatedNet(Network network, double low, double high) {
    this.network = network;
    table = new EmbeddingTable(network, low, high, EmbeddingTable.Accuracy.FLOAT64);
    width = network.outputSize();
  }

  EmbeddingTable table() {
    return table;
  }

  /** Value and slope at one place. Not for two threads at once. */
  final class Reader {
    private final EmbeddingNet net = new EmbeddingNet(network);
    private final double[] both = new double[2 * width];

    /** All outputs, then the derivatives of all: [2 width]; overwritten by the next call. */
    double[] at(double x) {
      int interval = table.interval(x);
      if (interval < 0) {
        net.evaluate(x, both, 0, width);
      } else {
        polynomial(interval * table.stride(), x - table.origin(interval));
      }
      return both;
    }

    private void polynomial(int at, double t) {
      double[] c = table.coefficients();
      double[] out = both;
      int p = EmbeddingTable.pitch(width);
      int w = width;
      for (int m = 0; m < w; m++) {
        int o = at + m;
        double g = c[o + 7 * p];
        double dg = g;
        g = g * t + c[o + 6 * p];
        dg = dg * t + g;
        g = g * t + c[o + 5 * p];
        dg = dg * t + g;
        g = g * t + c[o + 4 * p];
        dg = dg * t + g;
        g = g * t + c[o + 3 * p];
        dg = dg * t + g;
        g = g * t + c[o + 2 * p];
        dg = dg * t + g;
        g = g * t + c[o + p];
        dg = dg * t + g;
        out[m] = g * t + c[o];
        out[w + m] = dg;
      }
    }
  }
}
