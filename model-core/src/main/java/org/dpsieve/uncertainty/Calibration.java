package org.dpsieve.uncertainty;

import java.util.Arrays;

/** The one factor between standard deviations and errors. */
public final class Calibration {
  /** Share of the errors that intervals are to cover. */
  public static final double COVERAGE = 0.95;

  /** Half the width of such an interval, in standard deviations of a normal distribution. */
  public static final double WIDTH = 1.959963984540054;

  private Calibration() {}

  /**
   * The factor with which intervals of {@link #WIDTH} standard deviations cover {@link #COVERAGE}
   * of errors: that quantile of their ratios. By the quantile, not by mean squares, because errors
   * have heavier tails than the normal distribution.
   *
   * @param ratios errors over standard deviations before calibration, of either sign; those that
   *     are no finite numbers are left out
   * @return NaN without any
   */
  public static double factor(double[] ratios) {
    double[] sizes =
        Arrays.stream(ratios).filter(Double::isFinite).map(Math::abs).sorted().toArray();
    if (sizes.length == 0) {
      return Double.NaN;
    }
    // (n + 1) makes up for the frames being few: conformal prediction, Vovk et al. 2005
    int rank = (int) Math.ceil(COVERAGE * (sizes.length + 1)) - 1;
    return sizes[Math.min(rank, sizes.length - 1)] / WIDTH;
  }
}
