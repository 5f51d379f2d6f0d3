package org.dpsieve.model;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Energies of pairs of atoms by their distance, DeePMD-kit's pair table: E_i = 1/2 sum_j e(r_ij), e
 * a cubic polynomial in each of equal intervals ({@code deepmd/utils/pair_tab.py}). Beyond the
 * table e is zero; below its start there is none, where DeePMD-kit gives up and e is NaN.
 *
 * @param start where the first interval begins, Å
 * @param step length of an interval, Å
 * @param cutoff from where on e is zero, whatever the table says, Å; may be infinite
 * @param coefficients {@code [centre type][neighbor type]}: four for each interval, the power
 *     falling, of the part of the interval that was passed, eV
 * @param surroundings whose distances count; their switch does not matter
 */
public record PairTable(
    double start, double step, double cutoff, double[][][] coefficients, Surroundings surroundings)
    implements Serializable {
  /** Coefficients of one polynomial. */
  public static final int TERMS = 4;

  /**
   * e, eV.
   *
   * @param r Å
   */
  public double value(int centre, int neighbor, double r) {
    return at(coefficients[centre][neighbor], r, false);
  }

  /** de/dr, eV/Å. */
  public double slope(int centre, int neighbor, double r) {
    return at(coefficients[centre][neighbor], r, true);
  }

  private double at(double[] a, double r, boolean slope) {
    double u = (r - start) / step;
    if (u < 0) {
      return Double.NaN;
    }
    if (!(u < a.length / TERMS && r < cutoff)) {
      return 0;
    }
    int k = TERMS * (int) u;
    double t = u - (int) u;
    return slope
        ? ((3 * a[k] * t + 2 * a[k + 1]) * t + a[k + 2]) / step
        : ((a[k] * t + a[k + 1]) * t + a[k + 2]) * t + a[k + 3];
  }

  /** All energies multiplied. */
  public PairTable times(double factor) {
    double[][][] scaled =
        Arrays.stream(coefficients)
            .map(
                row ->
                    Arrays.stream(row)
                        .map(a -> Arrays.stream(a).map(x -> factor * x).toArray())
                        .toArray(double[][]::new))
            .toArray(double[][][]::new);
    return new PairTable(start, step, cutoff, scaled, surroundings);
  }
}
