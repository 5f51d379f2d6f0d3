package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OldLayers;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.Prior;
import org.dpsieve.outputlayer.RidgeRule;
import org.dpsieve.outputlayer.TransferFit;

/**
 * One way to train output layers.
 *
 * @param ridge 0 for none; NaN to let cross-validation choose
 * @param rule how it chooses
 * @param shared whether one ridge is chosen for all models together
 * @param old what becomes of old labels, where the study has some
 */
record StudyTrainer(
    String name,
    LossPrefactors prefactors,
    double ridge,
    Prior prior,
    RidgeRule rule,
    boolean shared,
    TransferFit.Mode old)
    implements Serializable {
  /** As the loop does, but for the prefactors and a ridge that is given. */
  static StudyTrainer loops(LossPrefactors prefactors, OptionalDouble ridge, TransferFit.Mode old) {
    return new StudyTrainer(
        "loop",
        prefactors,
        ridge.orElse(Double.NaN),
        Prior.START_FORCES,
        RidgeRule.LARGEST,
        false,
        old);
  }

  /** Whether models are those of the loop, so that what they expect of their errors is, too. */
  boolean isLoops() {
    return Double.isNaN(ridge) && fitsAsLoop();
  }

  /** Whether models are solved as the loop solves them, but for a ridge that is given. */
  boolean fitsAsLoop() {
    return prior == Prior.START_FORCES && rule == RidgeRule.LARGEST && !shared;
  }

  /** One model as the loop solves it. */
  TransferFit fit(NormalEquations[] folds, int[] biases, OldLayers layers) {
    return TransferFit.of(
        folds,
        folds,
        prefactors,
        biases,
        layers,
        old,
        Double.isNaN(ridge) ? OptionalDouble.empty() : OptionalDouble.of(ridge));
  }

  /** What {@code study --trainer} compares. */
  static List<StudyTrainer> all() {
    LossPrefactors usual = LossPrefactors.DEFAULT;
    double chosen = Double.NaN;
    List<StudyTrainer> all = new ArrayList<>();
    all.add(
        new StudyTrainer(
            "no ridge",
            usual,
            0,
            Prior.START_FORCES,
            RidgeRule.LARGEST,
            false,
            TransferFit.Mode.IGNORE));
    all.add(
        new StudyTrainer(
            "start's forces, largest as good",
            usual,
            chosen,
            Prior.START_FORCES,
            RidgeRule.LARGEST,
            false,
            TransferFit.Mode.IGNORE));
    all.add(
        new StudyTrainer(
            "the same, one ridge for all models",
            usual,
            chosen,
            Prior.START_FORCES,
            RidgeRule.LARGEST,
            true,
            TransferFit.Mode.IGNORE));
    all.add(
        new StudyTrainer(
            "start's forces, least loss",
            usual,
            chosen,
            Prior.START_FORCES,
            RidgeRule.LEAST_LOSS,
            false,
            TransferFit.Mode.IGNORE));
    all.add(
        new StudyTrainer(
            "start's weights, least loss",
            usual,
            chosen,
            Prior.START_WEIGHTS,
            RidgeRule.LEAST_LOSS,
            false,
            TransferFit.Mode.IGNORE));
    all.add(
        new StudyTrainer(
            "weights of zero, least loss",
            usual,
            chosen,
            Prior.ZERO_WEIGHTS,
            RidgeRule.LEAST_LOSS,
            false,
            TransferFit.Mode.IGNORE));
    for (double[] p : new double[][] {{1, 1, 1}, {10_000, 1, 1}, {100, 1, 0}, {100, 1, 10}}) {
      all.add(
          new StudyTrainer(
              "largest as good, e f v = %.0f %.0f %.0f".formatted(p[0], p[1], p[2]),
              new LossPrefactors(p[0], p[1], p[2]),
              chosen,
              Prior.START_FORCES,
              RidgeRule.LARGEST,
              false,
              TransferFit.Mode.IGNORE));
    }
    return all;
  }

  /** The ridge of each model. */
  double[] ridges(List<NormalEquations[]> models, double[][] start, int[][] biases) {
    double[] ridges = new double[models.size()];
    for (int m = 0; m < ridges.length; m++) {
      List<Integer> those =
          shared ? IntStream.range(0, ridges.length).boxed().toList() : List.of(m);
      ridges[m] =
          Double.isNaN(ridge)
              ? OutputLayerFit.chosenRidge(
                  those.stream().map(models::get).toList(),
                  prefactors,
                  those.stream().map(k -> biases[k]).toList(),
                  those.stream().map(k -> start[k]).toList(),
                  prior,
                  rule)
              : ridge;
    }
    return ridges;
  }

  /**
   * The change of one model's parameters that fits best.
   *
   * @param ridge of {@link #ridges}
   */
  double[] change(NormalEquations sum, double[] start, int[] biases, double ridge) {
    return OutputLayerFit.change(sum, prefactors, biases, ridge, prior, start);
  }
}
