package org.dpsieve.uncertainty;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The one factor between standard deviations and errors. */
public final class Calibration {
  /** Share of the errors that intervals are to cover. */
  public static final double COVERAGE = 0.95;

  /** Half the width of such an interval, in standard deviations of a normal distribution. */
  public static final double WIDTH = 1.959963984540054;

  private Calibration() {}

  /**
   * @param frame whose error it is
   */
  private record Ratio(double size, int frame) {}

  /**
   * Of one kind of labels.
   *
   * @param folds of frames left out
   */
  public static double factor(
      List<List<FrameErrors>> folds, Function<FrameErrors, FrameErrors.Pairs> quantity) {
    return factor(
        folds.stream().flatMap(List::stream).map(quantity).map(FrameErrors.Pairs::ratios).toList());
  }

  /**
   * The factor with which intervals of {@link #WIDTH} standard deviations are expected to cover
   * {@link #COVERAGE} of the errors of another frame. By a quantile, not by mean squares, because
   * errors have heavier tails than the normal distribution. Errors of one frame, components of its
   * forces above all, go together: what is independent are frames, so each counts as one and makes
   * up for their being few, as if one more had as many of its errors outside as the worst of them
   * (conformal risk control, <a href="https://arxiv.org/abs/2208.02814">Angelopoulos et al.
   * 2022</a>, theorem 1, with the largest loss seen in the place of the largest possible: of
   * hundreds of force components never all are outside, and intervals would be too wide with few
   * frames). Of one error a frame, with fewer than 39 frames, that is the largest ratio of all.
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
        IntStream.range(0, known.size())
            .boxed()
            .flatMap(
                frame ->
                    Arrays.stream(known.get(frame))
                        .mapToObj(ratio -> new Ratio(Math.abs(ratio), frame)))
            .sorted(Comparator.comparingDouble(Ratio::size).reversed())
            .toList();
    double most = (1 - COVERAGE) * (known.size() + 1); // frames' worth of errors outside
    double[] outside = new double[known.size()]; // share of each frame's errors
    double all = 0;
    double worst = 0;
    for (Ratio ratio : largestFirst) {
      double share = 1.0 / known.get(ratio.frame).length;
      outside[ratio.frame] += share;
      all += share;
      worst = Math.max(worst, outside[ratio.frame]);
      if (all + worst > most) {
        return ratio.size / WIDTH; // this one has to be inside
      }
    }
    return largestFirst.get(largestFirst.size() - 1).size / WIDTH;
  }
}
