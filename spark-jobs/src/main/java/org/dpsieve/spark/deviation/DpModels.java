package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.PackedModels;

/** Models for Spark's tasks, evaluated by DeePMD-kit: they go to every executor once. */
public final class DpModels implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  private final Broadcast<PackedModels> models;
  private final DpProgram program;
  private final ArrayList<String> typeMap;
  private final int count;

  private DpModels(
      Broadcast<PackedModels> models, DpProgram program, ArrayList<String> typeMap, int count) {
    this.models = models;
    this.program = program;
    this.typeMap = typeMap;
    this.count = count;
  }

  /**
   * In any format that the program reads.
   *
   * @param typeMap what types 0, 1 ... are for models that do not name theirs; may be empty for
   *     others
   * @throws org.dpsieve.error.UnnamedTypesException when neither says it
   */
  public static DpModels of(
      SparkSession spark, List<Path> models, DpProgram program, List<String> typeMap) {
    return of(spark, models, "", program, typeMap);
  }

  /**
   * The same.
   *
   * @param branch of checkpoints of several models; empty for others
   */
  public static DpModels of(
      SparkSession spark,
      List<Path> models,
      String branch,
      DpProgram program,
      List<String> typeMap) {
    return of(spark, models, PackedModels.of(models, branch, false), program, typeMap);
  }

  /** Of models of a property. */
  public static DpModels ofProperty(
      SparkSession spark, List<Path> models, DpProgram program, List<String> typeMap) {
    return of(spark, models, PackedModels.ofProperty(models), program, typeMap);
  }

  private static DpModels of(
      SparkSession spark,
      List<Path> models,
      PackedModels packed,
      DpProgram program,
      List<String> typeMap) {
    return new DpModels(
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(packed),
        program,
        new ArrayList<>(ModelFiles.unnamed(models, typeMap)),
        models.size());
  }

  public int count() {
    return count;
  }

  /** For the task of this thread. */
  public TaskModels task() {
    return new TaskModels(models.value(), program, typeMap);
  }

  /** The processes stay for whoever evaluates the same models next. */
  @Override
  public void close() {
    models.destroy();
  }
}
