package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.PickStrategy;

/**
 * What picking strategies are worth: on a pool whose labels are all known, each strategy picks with
 * each seed, output layers are solved at every budget, and their errors on a part held out are
 * recorded. One Spark task per strategy and seed.
 *
 * @param budgets numbers of labels, ascending
 * @param ridge 0 for none; empty to let cross-validation choose each time
 * @param validation to choose a setting: the part held out is left alone, and as large a part of
 *     the rest is held out in its place
 */
public record Study(
    List<PickStrategy> strategies,
    int seeds,
    List<Integer> budgets,
    LossPrefactors prefactors,
    OptionalDouble ridge,
    double heldOutPart,
    boolean unfair,
    boolean validation) {
  /** What is added to a strategy's name where old labels are there and not used. */
  public static final String ALONE = ", new labels alone";

  /** All that rows may be named. */
  static List<String> names() {
    List<String> names = new ArrayList<>(PickStrategy.keys());
    PickStrategy.keys().forEach(strategy -> names.add(strategy + ALONE));
    return names;
  }

  /** Strategies that are looked at both ways. */
  private static final Set<PickStrategy> BOTH_WAYS =
      EnumSet.of(PickStrategy.RANDOM, PickStrategy.INFORMATION);

  private record Task(PickStrategy strategy, long seed, TransferFit.Mode old)
      implements Serializable {
    String name() {
      return old == TransferFit.Mode.IGNORE ? strategy.key() + ALONE : strategy.key();
    }
  }

  private record TrainerTask(StudyTrainer trainer, long seed) implements Serializable {}

  /**
   * @param frames with all labels
   * @param models of one type map; the first also gives the features to pick by
   * @param old frames with labels at the old level, those of {@code frames} and any others; empty
   *     for none. With some, {@code random} and {@code information} are run without them, too
   * @return a row per strategy, seed, budget and model, sorted: {@code strategy, seed, labels,
   *     model, rmse_energy} (eV per atom), {@code rmse_force} (eV/Å), {@code rmse_virial} (eV per
   *     atom), {@code worst_energy, worst_force} (of a held-out frame, same units); with a ridge
   *     that is chosen, as the loop does, also what {@link StudyUncertainty} says, else NaN: {@code
   *     coverage_energy, coverage_force, next_energy, next_force}
   */
  public Dataset<Row> run(
      SparkSession spark, List<Frame> frames, List<DeepPotential> models, List<Frame> old) {
    if (models.size() < 2 && strategies.contains(PickStrategy.DEVIATION)) {
      throw new InputException(
          "strategy 'deviation' needs two models or more; name them, or other --strategies");
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<StudyPool> shared = context.broadcast(pool(spark, frames, models, old));
    List<Task> tasks = new ArrayList<>();
    for (long seed = 0; seed < seeds; seed++) {
      for (PickStrategy strategy : strategies) {
        if (seed == 0 || old.isEmpty() || strategy != StudyRun.SEEDLESS) {
          tasks.add(new Task(strategy, seed, TransferFit.Mode.AUTO));
        }
        if (!old.isEmpty() && BOTH_WAYS.contains(strategy)) {
          tasks.add(new Task(strategy, seed, TransferFit.Mode.IGNORE));
        }
      }
    }
    // locals, so that no task carries this object's fields twice
    List<Integer> at = List.copyOf(budgets);
    StudyTrainer auto = StudyTrainer.loops(prefactors, ridge, TransferFit.Mode.AUTO);
    StudyTrainer alone = StudyTrainer.loops(prefactors, ridge, TransferFit.Mode.IGNORE);
    try {
      List<Row> rows =
          context
              .parallelize(tasks, tasks.size())
              .flatMap(
                  task -> {
                    StudyTrainer trainer = task.old() == TransferFit.Mode.AUTO ? auto : alone;
                    return new StudyRun(shared.value(), trainer, task.strategy(), task.seed())
                        .errors(at, task.name(), trainer.isLoops()).stream()
                            .map(StudyErrors::row)
                            .iterator();
                  })
              .collect();
      return rows(spark, rows, StudyErrors.SCHEMA, "strategy", "seed", "labels", "model");
    } finally {
      shared.destroy();
    }
  }

  private StudyPool pool(
      SparkSession spark, List<Frame> frames, List<DeepPotential> models, List<Frame> old) {
    return StudyPool.of(spark, frames, models, heldOutPart, unfair, validation, old, prefactors);
  }

  private static Dataset<Row> rows(
      SparkSession spark, List<Row> rows, StructType schema, String first, String... others) {
    return spark.createDataFrame(rows, schema).orderBy(first, others).coalesce(1);
  }

  /**
   * What ways to train come to.
   *
   * @param errors rows as {@link #run} gives them, picked at random, the way to train in the place
   *     of the strategy
   * @param loops how the loop ends: {@code trainer, seed, iterations, labels}
   */
  public record Trainers(Dataset<Row> errors, Dataset<Row> loops) {}

  /** Compares ways to train; strategies, prefactors and ridge of this study have no part in it. */
  public Trainers trainers(SparkSession spark, List<Frame> frames, List<DeepPotential> models) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<StudyPool> shared = context.broadcast(pool(spark, frames, models, List.of()));
    List<TrainerTask> tasks = new ArrayList<>();
    for (long seed = 0; seed < seeds; seed++) {
      for (StudyTrainer trainer : StudyTrainer.all()) {
        tasks.add(new TrainerTask(trainer, seed));
      }
    }
    List<Integer> at = List.copyOf(budgets);
    try {
      JavaRDD<TrainerTask> all = context.parallelize(tasks, tasks.size());
      List<Row> errors =
          all.flatMap(
                  task ->
                      new StudyRun(shared.value(), task.trainer(), PickStrategy.RANDOM, task.seed())
                          .errors(at, task.trainer().name(), false).stream()
                              .map(StudyErrors::row)
                              .iterator())
              .collect();
      List<Row> loops =
          all.map(task -> StudyLoop.of(shared.value(), task.trainer(), task.seed()).row())
              .collect();
      return new Trainers(
          rows(spark, errors, StudyErrors.SCHEMA, "strategy", "seed", "labels", "model"),
          rows(spark, loops, StudyLoop.SCHEMA, "trainer", "seed"));
    } finally {
      shared.destroy();
    }
  }
}
