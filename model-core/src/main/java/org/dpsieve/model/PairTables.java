package org.dpsieve.model;

import java.util.Arrays;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/** Tables as DeePMD-kit holds them in memory and in files ({@code deepmd/utils/pair_tab.py}). */
public final class PairTables {
  private PairTables() {}

  /** All neighbors up to a distance (Å), but {@code sel} at most. */
  public static Surroundings surroundings(double rcut, int sel, int types) {
    return Surroundings.mixed(new SmoothSwitch(rcut, rcut, 0), 0, sel, types);
  }

  /**
   * @param info start, step, intervals, types
   * @param data row-major [types, types, intervals, 4]
   * @param cutoff Å; may be infinite
   */
  public static PairTable table(
      String file,
      double[] info,
      double[] data,
      int types,
      double cutoff,
      Surroundings surroundings) {
    long intervals = info.length == 4 ? Math.round(info[2]) : -1;
    if (intervals < 1
        || Math.round(info[3]) != types
        || !(info[1] > 0)
        || data.length != intervals * types * types * PairTable.TERMS) {
      throw new InputException(
          "%s: a table of pair energies of %s by %s (start, step, intervals, types) for %s; damaged file?"
              .formatted(
                  file,
                  Counted.of(data.length, "number"),
                  Arrays.toString(info),
                  Counted.of(types, "type")));
    }
    int stride = PairTable.TERMS * (int) intervals;
    double[][][] coefficients = new double[types][types][];
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        int from = (c * types + n) * stride;
        coefficients[c][n] = Arrays.copyOfRange(data, from, from + stride);
      }
    }
    return new PairTable(info[0], info[1], cutoff, coefficients, surroundings);
  }
}
