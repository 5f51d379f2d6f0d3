package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Expected against found errors, on labelled frames that the models had not been trained on.
 *
 * @param frames how many
 */
public record Reliability(long frames, Of energy, Of force) {
  private static final int BINS = 10;

  /**
   * Energies (eV per atom) or components of forces (eV/Å).
   *
   * @param errors how many
   * @param coverage share of them within the interval that is to cover {@link
   *     Calibration#COVERAGE}, the factor of each fold found on the other folds; NaN without any
   * @param bins by growing standard deviation, each with as many errors
   */
  public record Of(long errors, double coverage, List<Bin> bins) {
    /**
     * The root mean square of all errors over that of their standard deviations. Not 1, as the
     * factor is there for the intervals: those of few labels are wide, and errors have heavier
     * tails than the normal distribution. NaN without any.
     */
    public double scale() {
      return Math.sqrt(squares(Bin::error) / squares(Bin::sigma));
    }

    /** Root mean square of all errors; NaN without any. */
    public double error() {
      return Math.sqrt(squares(Bin::error) / errors);
    }

    /** Root mean square of what was expected of them. */
    public double sigma() {
      return Math.sqrt(squares(Bin::sigma) / errors);
    }

    private double squares(ToDoubleFunction<Bin> of) {
      double sum = 0;
      for (Bin bin : bins) {
        double one = of.applyAsDouble(bin);
        sum += bin.errors() * one * one;
      }
      return sum;
    }
  }

  /**
   * Root mean squares.
   *
   * @param sigma calibrated standard deviation
   * @param error what was found
   */
  public record Bin(double sigma, double error, long errors) {}

  /**
   * @param folds errors of the frames of each fold by models trained on the others, before
   *     calibration
   */
  public static Reliability of(
      List<List<FrameErrors>> folds, double energyFactor, double forceFactor) {
    return new Reliability(
        folds.stream().mapToLong(List::size).sum(),
        of(folds, FrameErrors::energy, energyFactor),
        of(folds, FrameErrors::force, forceFactor));
  }

  private static Of of(
      List<List<FrameErrors>> folds,
      Function<FrameErrors, FrameErrors.Pairs> quantity,
      double factor) {
    List<double[]> pairs = new ArrayList<>(); // calibrated sigma, error
    long covered = 0;
    for (List<FrameErrors> fold : folds) {
      double others =
          Calibration.factor(folds.stream().filter(other -> other != fold).toList(), quantity);
      for (FrameErrors frame : fold) {
        FrameErrors.Pairs some = quantity.apply(frame);
        double[] ratios = some.ratios();
        for (int k = 0; k < ratios.length; k++) {
          if (Double.isFinite(ratios[k])) {
            pairs.add(new double[] {factor * some.sigma()[k], some.error()[k]});
            covered += Math.abs(ratios[k]) <= others * Calibration.WIDTH ? 1 : 0;
          }
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(pair -> pair[0]));
    int bins = Math.min(BINS, pairs.size());
    List<Bin> all =
        IntStream.range(0, bins)
            .mapToObj(
                bin ->
                    bin(
                        pairs.subList(
                            (int) ((long) bin * pairs.size() / bins),
                            (int) ((bin + 1L) * pairs.size() / bins))))
            .toList();
    return new Of(pairs.size(), covered / (double) pairs.size(), all);
  }

  private static Bin bin(List<double[]> pairs) {
    double[] square = new double[2];
    for (double[] pair : pairs) {
      square[0] += pair[0] * pair[0];
      square[1] += pair[1] * pair[1];
    }
    double[] root = Arrays.stream(square).map(s -> Math.sqrt(s / pairs.size())).toArray();
    return new Bin(root[0], root[1], pairs.size());
  }
}
