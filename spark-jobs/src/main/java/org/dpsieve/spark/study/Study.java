package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LossPrefactors;

/**
 * What picking strategies are worth: on a pool whose labels are all known, each strategy picks with
 * each seed, output layers are solved at every budget, and their errors on a part held out are
 * recorded. One Spark task per strategy and seed.
 *
 * @param budgets numbers of labels, ascending
 * @param ridge 0 for none; empty to let cross-validation choose each time
 */
public record Study(
    List<String> strategies,
    int seeds,
    List<Integer> budgets,
    LossPrefactors prefactors,
    OptionalDouble ridge,
    double heldOutPart,
    boolean unfair) {
  public static final List<String> STRATEGIES = StudyRun.STRATEGIES;

  private record Task(String strategy, long seed) implements Serializable {}

  /**
   * @param frames with all labels
   * @param models of one type map; the first also gives the features to pick by
   * @return a row per strategy, seed, budget and model, sorted: {@code strategy, seed, labels,
   *     model, rmse_energy} (eV per atom), {@code rmse_force} (eV/Å), {@code rmse_virial} (eV per
   *     atom), {@code worst_energy, worst_force} (of a held-out frame, same units)
   */
  public Dataset<Row> run(SparkSession spark, List<Frame> frames, List<DeepPotential> models) {
    if (models.size() < 2 && strategies.contains("deviation")) {
      throw new InputException(
          "strategy 'deviation' needs two models or more; name them, or other --strategies");
    }
    StudyPool pool = StudyPool.of(spark, frames, models, heldOutPart, unfair);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<StudyPool> shared = context.broadcast(pool);
    List<Task> tasks = new ArrayList<>();
    for (long seed = 0; seed < seeds; seed++) {
      for (String strategy : strategies) {
        tasks.add(new Task(strategy, seed));
      }
    }
    // locals, so that no task carries this object's fields twice
    List<Integer> at = List.copyOf(budgets);
    LossPrefactors loss = prefactors;
    double given = ridge.orElse(Double.NaN);
    try {
      List<Row> rows =
          context
              .parallelize(tasks, tasks.size())
              .flatMap(
                  task ->
                      new StudyRun(
                              shared.value(),
                              loss,
                              Double.isNaN(given)
                                  ? OptionalDouble.empty()
                                  : OptionalDouble.of(given),
                              task.strategy(),
                              task.seed())
                          .errors(at).stream().map(StudyErrors::row).iterator())
              .collect();
      return spark
          .createDataFrame(rows, StudyErrors.SCHEMA)
          .orderBy("strategy", "seed", "labels", "model")
          .coalesce(1);
    } finally {
      shared.destroy();
    }
  }
}
