package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.outputlayer.ChangeOrder;
import org.dpsieve.outputlayer.DiverseOrder;
import org.dpsieve.outputlayer.FrameSketch;
import org.dpsieve.outputlayer.InformationOrder;
import org.dpsieve.outputlayer.RandomKey;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.PickStrategy;

/** One strategy with one seed: picks, trains and measures at every budget. */
final class StudyRun {
  /** With old labels its picks are the same whatever the seed. */
  static final PickStrategy SEEDLESS = PickStrategy.INFORMATION;

  /** Labels between two trainings of the models that {@code deviation} looks at. */
  private static final int DEVIATION_BATCH = 25;

  private final StudyPool data;
  private final StudyTrainer trainer;
  private final PickStrategy strategy;
  private final long seed;

  StudyRun(StudyPool data, StudyTrainer trainer, PickStrategy strategy, long seed) {
    this.data = data;
    this.trainer = trainer;
    this.strategy = strategy;
    this.seed = seed;
  }

  /**
   * @param budgets ascending; those above the pool's size are left out
   * @param name what the rows are called
   * @param uncertain whether what the models expect of their errors is looked at, too
   */
  List<StudyErrors> errors(List<Integer> budgets, String name, boolean uncertain) {
    List<Integer> within = budgets.stream().filter(b -> b <= data.pool().size()).toList();
    List<StudyErrors> errors = new ArrayList<>();
    if (within.isEmpty()) {
      return errors;
    }
    StudyTraining training = new StudyTraining(data, trainer);
    for (int pick : picks(within.get(within.size() - 1))) {
      training.add(data.pool().get(pick));
      if (within.contains(training.frames())) {
        double[][] parameters = training.parameters();
        StudyUncertainty uncertainty =
            uncertain
                ? StudyUncertainty.of(data, training)
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

  /** Places in the pool, in the order of picking. */
  List<Integer> picks(int number) {
    List<FrameSketch> sketches = data.pool().stream().map(StudyFrame::sketch).toList();
    return switch (strategy) {
      case RANDOM -> random().subList(0, number);
      case STRATIFIED -> stratified().subList(0, number);
      case DEVIATION -> worstFirst(number);
      case DIVERSE -> DiverseOrder.of(sketches, Stream.empty(), number, seed);
      case INFORMATION ->
          data.old().isEmpty() || trainer.old() == TransferFit.Mode.IGNORE
              ? InformationOrder.of(sketches, Stream.empty(), number, seed)
              : ChangeOrder.of(sketches, Stream.empty(), number);
    };
  }

  private List<Integer> random() {
    double[] key = new double[data.pool().size()];
    for (int k = 0; k < key.length; k++) {
      key[k] = RandomKey.uniform(seed + ":0:" + data.pool().get(k).id());
    }
    return sorted(key);
  }

  private List<Integer> sorted(double[] key) {
    return new ArrayList<>(
        IntStream.range(0, key.length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(k -> key[k])
                    .thenComparing(k -> data.pool().get(k).id()))
            .toList());
  }

  /** Each composition in turn, at random within it. */
  private List<Integer> stratified() {
    Map<String, Integer> seen = new HashMap<>();
    double[] key = new double[data.pool().size()];
    List<Integer> order = random();
    for (int place = 0; place < key.length; place++) {
      int k = order.get(place);
      int rank = seen.merge(data.pool().get(k).sketch().formula(), 1, Integer::sum);
      key[k] = rank + place / (double) key.length;
    }
    return sorted(key);
  }

  /** The first batch at random, then the largest force deviation of models trained so far. */
  private List<Integer> worstFirst(int number) {
    List<Integer> left = random();
    List<Integer> picks = new ArrayList<>();
    StudyTraining training = new StudyTraining(data, trainer);
    while (picks.size() < number) {
      if (!picks.isEmpty()) {
        double[][] parameters = training.parameters();
        double[] key = new double[data.pool().size()];
        for (int k : left) {
          key[k] = -data.pool().get(k).maxForceDeviation(parameters);
        }
        left.sort(
            Comparator.<Integer>comparingDouble(k -> key[k])
                .thenComparing(k -> data.pool().get(k).id()));
      }
      List<Integer> batch = left.subList(0, Math.min(DEVIATION_BATCH, number - picks.size()));
      batch.forEach(k -> training.add(data.pool().get(k)));
      picks.addAll(batch);
      batch.clear();
    }
    return picks;
  }
}
