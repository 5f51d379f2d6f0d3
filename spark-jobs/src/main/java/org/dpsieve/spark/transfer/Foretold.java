package org.dpsieve.spark.transfer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * How well a number foretells which frames have the largest errors.
 *
 * @param spearman rank correlation of the two
 * @param worst share of the worst tenth that is among the tenth foretold as worst; chance is 0.1
 * @param found share of the worst tenth that is among the first 5, 10, … 50 % foretold as worst
 */
public record Foretold(double spearman, double worst, List<Double> found) {
  /** Where nobody asks, or nothing can be said. */
  public static final Foretold NONE = new Foretold(Double.NaN, Double.NaN, List.of());

  private static final double WORST = 0.1;
  private static final double STEP = 0.05;
  private static final int STEPS = 10;

  /**
   * @param foretold a number for each frame
   * @param found its error
   */
  public static Foretold of(double[] foretold, double[] found) {
    boolean numbers =
        Arrays.stream(foretold).allMatch(Double::isFinite)
            && Arrays.stream(found).allMatch(Double::isFinite);
    if (found.length < 2 || !numbers) {
      return NONE;
    }
    int tenth = part(WORST, found.length);
    List<Integer> worst = largest(found, tenth);
    List<Integer> order = largest(foretold, found.length);
    return new Foretold(
        new SpearmansCorrelation().correlation(foretold, found),
        share(order, tenth, worst),
        IntStream.rangeClosed(1, STEPS)
            .mapToObj(k -> share(order, part(k * STEP, found.length), worst))
            .toList());
  }

  private static int part(double of, int all) {
    return (int) Math.max(1, Math.round(of * all));
  }

  private static double share(List<Integer> order, int first, List<Integer> worst) {
    return order.subList(0, first).stream().filter(worst::contains).count() / (double) worst.size();
  }

  private static List<Integer> largest(double[] values, int most) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(k -> -values[k]))
        .limit(most)
        .toList();
  }
}
