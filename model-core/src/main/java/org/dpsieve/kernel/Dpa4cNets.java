package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Dpa4cShape;
import org.dpsieve.text.Counted;

/**
 * What the kernel of {@link Dpa4c} has ready before it sees a frame. One table of the distance
 * holds the radial functions of all pairs of types: first those of the channels that degrees above
 * zero have too, then the modes, then the other channels. Immutable.
 */
final class Dpa4cNets {
  /**
   * The table reaches from the cutoff to atoms this near, Å; nearer ones ask the nets themselves.
   */
  private static final double NEAREST = 0.5;

  private final Dpa4c model;
  private final EmbeddingTable table;

  /** Columns of the table by output of {@code model.radial}. */
  private final int[] column;

  private final Dpa4c.Pair[][] pairs;

  Dpa4cNets(Dpa4c model, boolean tabulated) {
    this.model = model;
    int types = model.types().length;
    pairs = new Dpa4c.Pair[types][types];
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        pairs[c][n] = model.isMasked(c, n) ? null : model.pair(c, n);
      }
    }
    Dpa4cShape shape = model.shape();
    column = new int[shape.channels() + model.modeCount()];
    int shared = shape.channels(1);
    Arrays.setAll(
        column,
        k ->
            k < shared
                ? k
                : k < shape.channels() ? k + model.modeCount() : k - shape.channels() + shared);
    double rcut = model.basis().rcut();
    double low = Math.min(NEAREST, rcut);
    table =
        MadeTables.of(
            model,
            slope(),
            column.length,
            low,
            tabulated ? rcut : low,
            EmbeddingTable.Accuracy.FLOAT64);
  }

  Dpa4c model() {
    return model;
  }

  EmbeddingTable table() {
    return table;
  }

  /** The functions themselves, in the table's columns. */
  EmbeddingSlope slope() {
    return (d, out, offset, slopeOffset) -> {
      double[] value = model.radial(d);
      double[] slope = model.radialSlope(d);
      for (int k = 0; k < column.length; k++) {
        out[offset + column[k]] = value[k];
        out[slopeOffset + column[k]] = slope[k];
      }
    };
  }

  int columns() {
    return column.length;
  }

  /** Columns that degrees above zero need: the first ones. */
  int shared() {
    return model.shape().channels(1) + model.modeCount();
  }

  int column(int channel) {
    return column[channel];
  }

  int modeColumn(int mode) {
    return column[model.shape().channels() + mode];
  }

  /** {@code null} where neighbors of the type are not seen. */
  Dpa4c.Pair pair(int centre, int neighbor) {
    return pairs[centre][neighbor];
  }

  /** For the log. */
  String summary() {
    return "one radial table of %s, error at most %.1e, of the slope %.1e, %.0f %% left to the nets"
        .formatted(
            Counted.of(table.intervals(), "interval"),
            table.valueError(),
            table.slopeError(),
            100 * table.emptyShare());
  }
}
