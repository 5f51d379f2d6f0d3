package org.dpsieve.uncertainty;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The one factor between standard deviations and errors. */
public final class Calibration {
  /** Share of the errors that intervals are to cover. */
  public static final double COVERAGE = 0.95;

  /** Half the width of such an interval, in standard deviations of a normal distribution. */
  public static final double WIDTH = 1.959963984540054;

  private Calibration() {}

  private record Ratio(double size, double share) {}

  /**
   * The factor with which intervals of {@link #WIDTH} standard deviations are expected to cover
   * {@link #COVERAGE} of the errors of another frame. By a quantile, not by mean squares, because
   * errors have heavier tails than the normal distribution. Errors of one frame, components of its
   * forces above all, go together: what is independent are frames, so each counts as one and makes
   * up for their being few, as if one more had all its errors outside (conformal risk control, <a
   * href="https://arxiv.org/abs/2208.02814">Angelopoulos et al. 2022</a>, theorem 1). With fewer
   * than 19 frames that is the largest ratio of all.
   *
   * @param frames errors of each frame over standard deviations before calibration, of either sign;
   *     those that are no finite numbers are left out
   * @return NaN without any
   */
  public static double factor(List<double[]> frames) {
    List<double[]> known =
        frames.stream()
            .map(ratios -> Arrays.stream(ratios).filter(Double::isFinite).toArray())
            .filter(ratios -> ratios.length > 0)
            .toList();
    if (known.isEmpty()) {
      return Double.NaN;
    }
    List<Ratio> largestFirst =
        known.stream()
            .flatMap(
                ratios ->
                    Arrays.stream(ratios)
                        .mapToObj(ratio -> new Ratio(Math.abs(ratio), 1.0 / ratios.length)))
            .sorted(Comparator.comparingDouble(Ratio::size).reversed())
            .toList();
    double outside = (1 - COVERAGE) * (known.size() + 1) - 1; // in frames
    double factor = largestFirst.get(0).size();
    for (Ratio ratio : largestFirst) {
      factor = ratio.size();
      outside -= ratio.share();
      if (outside < 0) {
        break; // this one has to be inside
      }
    }
    return factor / WIDTH;
  }
}
