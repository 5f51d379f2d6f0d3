package org.dpsieve.outputlayer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Picks the frames that labels so far, and the picks so far, say least about. A frame's chance is
 * the sum of its share of the pool's posterior energy variance and its share of the squared force
 * variance, neither weighted; a few frames are drawn, the posterior is updated as if they were
 * labelled (their labels are not needed for that), and so on. A near-duplicate of a pick has hardly
 * any variance left. Where it is known how far off a frame's forces are expected to be, that takes
 * the place of their variance to begin with: a posterior knows how well the output layer is known,
 * not where the hidden layers fail.
 *
 * <p>Why drawn and not the largest taken: the features cannot reach the labels exactly, so a fit
 * goes where most of its frames are, and the most uncertain frames alone are outliers. What each
 * strategy is worth in labels is in docs/results.md, measured by {@code scripts/study}.
 */
public final class InformationOrder {
  /** Drawn before the posterior is updated: at least so many, and a tenth of the picks so far. */
  private static final int TOGETHER = 5;

  private InformationOrder() {}

  /**
   * @param candidates to pick from
   * @param labelled frames that have a label already; none of them is kept
   * @param number most to pick
   * @param sigma standard deviation that each candidate's forces are expected to have, in any unit;
   *     NaN where it is not known
   * @return places in {@code candidates}, in the order of picking
   */
  public static List<Integer> of(
      List<FrameSketch> candidates,
      Stream<FrameSketch> labelled,
      int number,
      long seed,
      double[] sigma) {
    List<Integer> picks = new ArrayList<>();
    if (candidates.isEmpty()) {
      return picks;
    }
    Posterior posterior = new Posterior(candidates);
    labelled.forEachOrdered(posterior::add);
    double[] width = widths(candidates, posterior, sigma);
    BitSet taken = new BitSet();
    int wanted = Math.min(number, candidates.size());
    for (int round = 0; picks.size() < wanted; round++) {
      double[] chance = chances(candidates, posterior, taken, width);
      String salt = seed + ":" + round + ":";
      // Efraimidis and Spirakis 2006, doi:10.1016/j.ipl.2005.11.003: the largest log(u) / weight
      double[] key = new double[candidates.size()];
      for (int k = 0; k < key.length; k++) {
        if (!taken.get(k)) {
          key[k] = Math.log(RandomKey.uniform(salt + candidates.get(k).id())) / chance[k];
        }
      }
      int together = Math.min(wanted - picks.size(), Math.max(TOGETHER, picks.size() / 10));
      List<Integer> drawn =
          IntStream.range(0, key.length)
              .filter(k -> !taken.get(k))
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(k -> -key[k])
                      .thenComparing(k -> candidates.get(k).id()))
              .limit(together)
              .toList();
      for (int k : drawn) {
        taken.set(k);
        picks.add(k);
        posterior.add(candidates.get(k));
      }
    }
    return picks;
  }

  /** Force variance expected over that of the posterior; of frames not known the median. */
  private static double[] widths(
      List<FrameSketch> candidates, Posterior posterior, double[] sigma) {
    double[] width = new double[sigma.length];
    for (int k = 0; k < width.length; k++) {
      double ratio =
          Double.isFinite(sigma[k]) // else there is nothing to ask the posterior for
              ? sigma[k] * sigma[k] / forceVariance(candidates.get(k), posterior)
              : Double.NaN;
      width[k] = ratio > 0 && ratio < Double.POSITIVE_INFINITY ? ratio : Double.NaN;
    }
    double[] known = Arrays.stream(width).filter(ratio -> !Double.isNaN(ratio)).sorted().toArray();
    double usual = known.length == 0 ? 1 : known[known.length / 2];
    return Arrays.stream(width).map(ratio -> Double.isNaN(ratio) ? usual : ratio).toArray();
  }

  private static double forceVariance(FrameSketch frame, Posterior posterior) {
    return Arrays.stream(posterior.variances(frame.force().clone())).sum();
  }

  private static double[] chances(
      List<FrameSketch> candidates, Posterior posterior, BitSet taken, double[] width) {
    int count = candidates.size();
    int size = candidates.get(0).size();
    double[] energy = new double[count * size];
    double[] forceChance = new double[count];
    for (int k = 0; k < count; k++) {
      System.arraycopy(candidates.get(k).energy(), 0, energy, k * size, size);
      double variance = width[k] * forceVariance(candidates.get(k), posterior);
      forceChance[k] = variance * variance;
    }
    double[] chance = posterior.variances(energy);
    double energySum = 0;
    double forceSum = 0;
    for (int k = 0; k < count; k++) {
      energySum += taken.get(k) ? 0 : chance[k];
      forceSum += taken.get(k) ? 0 : forceChance[k];
    }
    for (int k = 0; k < count; k++) {
      chance[k] = chance[k] / energySum + forceChance[k] / forceSum + Double.MIN_NORMAL;
    }
    return chance;
  }
}
