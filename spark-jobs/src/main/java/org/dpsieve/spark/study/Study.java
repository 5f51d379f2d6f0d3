package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
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
 * recorded. The pickers are the loop's own ({@link StudyPicks}); then there is one Spark task per
 * strategy and seed.
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

  /** With old labels its picks are the same whatever the seed. */
  private static final PickStrategy SEEDLESS = PickStrategy.INFORMATION;

  /** Strategies that are looked at both ways. */
  private static final Set<PickStrategy> BOTH_WAYS =
      EnumSet.of(PickStrategy.RANDOM, PickStrategy.INFORMATION);

  private record Task(PickStrategy strategy, long seed, TransferFit.Mode old, List<Integer> picks)
      implements Serializable {
    String name() {
      return old == TransferFit.Mode.IGNORE ? strategy.key() + ALONE : strategy.key();
    }

    Task with(List<Integer> made) {
      return new Task(strategy, seed, old, List.copyOf(made));
    }
  }

  private record TrainerTask(StudyTrainer trainer, long seed, List<Integer> picks, int[][] order)
      implements Serializable {}

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
    StudyPool pool = pool(spark, frames, models, old);
    // locals, so that no task carries this object's fields twice
    List<Integer> at = within(pool);
    StudyTrainer auto = StudyTrainer.loops(prefactors, ridge, TransferFit.Mode.AUTO);
    StudyTrainer alone = StudyTrainer.loops(prefactors, ridge, TransferFit.Mode.IGNORE);
    List<Task> tasks =
        picked(
            spark, pool, models.get(0), task -> task.old() == TransferFit.Mode.AUTO ? auto : alone);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<StudyPool> shared = context.broadcast(pool);
    try {
      List<Row> rows =
          context
              .parallelize(tasks, tasks.size())
              .flatMap(
                  task -> {
                    StudyTrainer trainer = task.old() == TransferFit.Mode.AUTO ? auto : alone;
                    return new StudyRun(shared.value(), trainer, task.picks(), task.seed())
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

  /** The budgets that the pool has frames for. */
  private List<Integer> within(StudyPool pool) {
    return budgets.stream().filter(budget -> budget <= pool.pool().size()).toList();
  }

  /** All runs with their picks, several picked for at once. */
  private List<Task> picked(
      SparkSession spark,
      StudyPool pool,
      DeepPotential model,
      Function<Task, StudyTrainer> trainer) {
    List<Task> tasks = new ArrayList<>();
    for (long seed = 0; seed < seeds; seed++) {
      for (PickStrategy strategy : strategies) {
        if (seed == 0 || pool.old().isEmpty() || strategy != SEEDLESS) {
          tasks.add(new Task(strategy, seed, TransferFit.Mode.AUTO, List.of()));
        }
        if (!pool.old().isEmpty() && BOTH_WAYS.contains(strategy)) {
          tasks.add(new Task(strategy, seed, TransferFit.Mode.IGNORE, List.of()));
        }
      }
    }
    int number = most(pool);
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try (StudyPicks picks = new StudyPicks(spark, pool, model)) {
      List<CompletableFuture<Task>> made =
          tasks.stream()
              .map(
                  task ->
                      CompletableFuture.supplyAsync(
                          () ->
                              task.with(
                                  picks.of(
                                      task.strategy(), task.seed(), number, trainer.apply(task))),
                          threads))
              .toList();
      return made.stream().map(CompletableFuture::join).toList();
    } finally {
      threads.shutdownNow();
    }
  }

  /** As many picks as the largest budget within the pool. */
  private int most(StudyPool pool) {
    return within(pool).stream().mapToInt(Integer::intValue).max().orElse(0);
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
    StudyPool pool = pool(spark, frames, models, List.of());
    List<TrainerTask> tasks = new ArrayList<>();
    try (StudyPicks picks = new StudyPicks(spark, pool, models.get(0))) {
      for (long seed = 0; seed < seeds; seed++) {
        int[][] order = picks.random(seed, StudyLoop.MOST);
        List<Integer> first = Arrays.stream(order[0]).limit(most(pool)).boxed().toList();
        for (StudyTrainer trainer : StudyTrainer.all()) {
          tasks.add(new TrainerTask(trainer, seed, first, order));
        }
      }
    }
    List<Integer> at = within(pool);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<StudyPool> shared = context.broadcast(pool);
    try {
      JavaRDD<TrainerTask> all = context.parallelize(tasks, tasks.size());
      List<Row> errors =
          all.flatMap(
                  task ->
                      new StudyRun(shared.value(), task.trainer(), task.picks(), task.seed())
                          .errors(at, task.trainer().name(), false).stream()
                              .map(StudyErrors::row)
                              .iterator())
              .collect();
      List<Row> loops =
          all.map(
                  task ->
                      StudyLoop.of(shared.value(), task.trainer(), task.seed(), task.order()).row())
              .collect();
      return new Trainers(
          rows(spark, errors, StudyErrors.SCHEMA, "strategy", "seed", "labels", "model"),
          rows(spark, loops, StudyLoop.SCHEMA, "trainer", "seed"));
    } finally {
      shared.destroy();
    }
  }
}
