package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.resident.DpProgram;

/**
 * Deviations by DeePMD-kit itself, in processes beside Spark's tasks, one for each: for models that
 * our own reader does not know. The models go to every executor once; the program has to be there.
 */
public final class DpModelDevi extends DpEngine implements DeviationEngine {
  private static final long serialVersionUID = 2;

  private DpModelDevi(SparkSession spark, DpModels models) {
    super(spark, models);
  }

  /**
   * Of models in any format that the program reads.
   *
   * @param typeMap what types 0, 1 ... are for models that do not name theirs; may be empty for
   *     others
   * @throws org.dpsieve.error.UnnamedTypesException when neither says it
   */
  public static DpModelDevi of(
      SparkSession spark, List<Path> models, DpProgram program, List<String> typeMap) {
    return of(spark, models, "", program, typeMap);
  }

  /**
   * The same.
   *
   * @param branch of checkpoints of several models; empty for others
   */
  public static DpModelDevi of(
      SparkSession spark,
      List<Path> models,
      String branch,
      DpProgram program,
      List<String> typeMap) {
    return new DpModelDevi(spark, DpModels.of(spark, models, branch, program, typeMap));
  }

  /**
   * Starts the program once, in a task, with an atom of each element.
   *
   * @param fparam how many frame parameters there are, {@code numb_fparam}
   * @param aparam how many parameters of each atom, {@code numb_aparam}
   * @throws InputException when it is not there, or does not take these models or elements
   */
  public void check(SparkSession spark, Collection<String> elements, int fparam, int aparam) {
    DpModelDevi sent = this;
    List<String> types = List.copyOf(elements);
    require(spark, () -> sent.problem(types, fparam, aparam));
  }

  /**
   * Starts the program once, in a task, and has it load the models.
   *
   * @throws InputException when it is not there, or does not take these models
   */
  public void checkLoads(SparkSession spark) {
    DpModelDevi sent = this;
    require(spark, sent::notLoaded);
  }

  /**
   * The same.
   *
   * @return which types the models are of; empty where they do not say it and nobody else did
   */
  public List<String> typeMap(SparkSession spark) {
    checkLoads(spark);
    DpModelDevi sent = this;
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(List.of(0), 1)
        .flatMap(ignored -> sent.types().iterator())
        .collect();
  }

  private List<String> types() {
    try (TaskModels task = task()) {
      return task.typeMap();
    }
  }

  private String notLoaded() {
    try (TaskModels task = task()) {
      return task.notLoaded().orElse("");
    }
  }

  private String problem(List<String> elements, int fparam, int aparam) {
    try (TaskModels task = task()) {
      return task.problem(elements, fparam, aparam).orElse("");
    }
  }

  /**
   * Tries the program, in a task, where there are no models yet.
   *
   * @param suffix of those to come, {@code pb}
   * @throws InputException when it is not there, or does not know such models
   */
  public static void check(SparkSession spark, DpProgram program, String suffix) {
    require(spark, () -> TaskModels.problem(program, suffix).orElse(""));
  }

  private interface Attempt extends Supplier<String>, Serializable {}

  private static void require(SparkSession spark, Attempt attempt) {
    String problem =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(List.of(0), 1)
            .map(ignored -> attempt.get())
            .first();
    if (!problem.isEmpty()) {
      throw new InputException(problem);
    }
  }

  @Override
  public Iterator<Row> evaluate(Iterator<Row> frames, boolean trueError) {
    return new DpDeviationIterator(frames, this, trueError);
  }
}
