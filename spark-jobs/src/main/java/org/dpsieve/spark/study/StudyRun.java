package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.pick.PickStrategy;

/** Picks of one strategy with one seed: trains and measures at every budget. */
final class StudyRun {
  private final StudyPool data;
  private final StudyTrainer trainer;
  private final List<Integer> picks;
  private final long seed;

  /**
   * @param picks places in the pool, in the order of picking
   */
  StudyRun(StudyPool data, StudyTrainer trainer, List<Integer> picks, long seed) {
    this.data = data;
    this.trainer = trainer;
    this.picks = picks;
    this.seed = seed;
  }

  /**
   * @param budgets ascending; those above the number of picks are left out
   * @param name what the rows are called
   * @param uncertain whether what the models expect of their errors is looked at, too
   */
  List<StudyErrors> errors(List<Integer> budgets, String name, boolean uncertain) {
    List<StudyErrors> errors = new ArrayList<>();
    StudyTraining training = new StudyTraining(data, trainer);
    for (int pick : picks) {
      training.add(data.pool().get(pick));
      if (budgets.contains(training.frames())) {
        double[][] parameters = training.parameters();
        StudyUncertainty uncertainty =
            uncertain
                ? StudyUncertainty.of(data, training, name.startsWith(PickStrategy.RANDOM.key()))
                : StudyUncertainty.none(parameters.length);
        for (int m = 0; m < parameters.length; m++) {
          errors.add(
              StudyErrors.of(
                  name, seed, training.frames(), m, parameters[m], data.heldOut(), uncertainty));
        }
      }
    }
    return errors;
  }
}
