package org.dpsieve.spark.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputParameters;

/**
 * Sums over frames, model by model and fold by fold: what features are computed for. They grow by a
 * group of frames at a time, so that no frame's features are computed twice in a run.
 *
 * @param labelled of frames with new labels, residuals at the models' own parameters, of old labels
 *     too; empty before the first group
 * @param groups of labelled frames in it
 * @param judges the part of one group that stands for all; empty where it is not there yet
 * @param old of frames with old labels; empty where there are none
 * @param oldGroups of such frames in it: a sample of the pool, and further ones
 * @param leftOut old labels that are none, of all frames; -1 where they are not counted yet
 */
public record KnownSums(
    List<NormalEquations[]> labelled,
    int groups,
    List<NormalEquations[]> judges,
    List<NormalEquations[]> old,
    int oldGroups,
    long leftOut) {
  public static final KnownSums NONE = new KnownSums(List.of(), 0, List.of(), List.of(), 0, -1);

  public KnownSums {
    labelled = List.copyOf(labelled);
    judges = List.copyOf(judges);
    old = List.copyOf(old);
  }

  /** Whether they are sums of the models' parameters for these types. */
  boolean fits(List<DeepPotential> models, boolean[] present, int most) {
    return groups <= most && fit(labelled, models, present) && fit(old, models, present);
  }

  private static boolean fit(
      List<NormalEquations[]> sums, List<DeepPotential> models, boolean[] present) {
    boolean fit = sums.isEmpty() || sums.size() == models.size();
    for (int m = 0; fit && m < sums.size(); m++) {
      fit = sums.get(m)[0].size() == OutputParameters.of(models.get(m), present).size();
    }
    return fit;
  }

  /** Without those of labelled frames. */
  public KnownSums ofOld() {
    return new KnownSums(List.of(), 0, List.of(), old, oldGroups, leftOut);
  }

  /**
   * @param group sums of one group, by number; empty where it has no frames
   * @param upTo groups that there are
   * @param judge number of the group that stands for all
   */
  KnownSums with(IntFunction<List<NormalEquations[]>> group, int upTo, int judge) {
    List<NormalEquations[]> all = labelled;
    List<NormalEquations[]> judging = judges;
    for (int next = groups; next < upTo; next++) {
      List<NormalEquations[]> one = group.apply(next);
      judging = next == judge ? one : judging;
      all = plus(all, one);
    }
    return new KnownSums(all, upTo, judging, old, oldGroups, leftOut);
  }

  /** One model's sums over the frames that stand for all; over all where there are none yet. */
  NormalEquations[] judges(int model) {
    return judges.isEmpty() ? labelled.get(model) : judges.get(model);
  }

  /** The same of old labels. */
  KnownSums withOld(IntFunction<List<NormalEquations[]>> group, int upTo) {
    List<NormalEquations[]> all = old;
    for (int next = oldGroups; next < upTo; next++) {
      all = plus(all, group.apply(next));
    }
    return new KnownSums(labelled, groups, judges, all, upTo, leftOut);
  }

  /** With the number of old labels that are none, counted where it is not known yet. */
  KnownSums withLeftOut(LongSupplier count) {
    return leftOut >= 0
        ? this
        : new KnownSums(labelled, groups, judges, old, oldGroups, count.getAsLong());
  }

  private static List<NormalEquations[]> plus(
      List<NormalEquations[]> sums, List<NormalEquations[]> more) {
    if (more.isEmpty() || sums.isEmpty()) {
      return more.isEmpty() ? sums : more;
    }
    List<NormalEquations[]> both = new ArrayList<>();
    for (int m = 0; m < sums.size(); m++) {
      NormalEquations[] folds = new NormalEquations[OutputLayerFit.FOLDS];
      for (int fold = 0; fold < folds.length; fold++) {
        folds[fold] = new NormalEquations(sums.get(m)[fold].size());
        folds[fold].add(sums.get(m)[fold]);
        folds[fold].add(more.get(m)[fold]);
      }
      both.add(folds);
    }
    return both;
  }
}
