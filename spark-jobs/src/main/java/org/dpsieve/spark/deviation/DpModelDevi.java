package org.dpsieve.spark.deviation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.model.format.ModelFiles;

/**
 * Deviations by {@code dp model-devi} itself, started inside Spark's tasks: for models that our own
 * reader does not know. Its text has seven digits, and so have these rows. The models go to every
 * executor once; the program has to be there.
 */
public final class DpModelDevi implements DeviationEngine {
  private static final long serialVersionUID = 1;

  /** Where the models of a broadcast lie, in this JVM. */
  private static final Map<Long, Path> UNPACKED = new HashMap<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(DpModelDevi::removeAll, "dp models"));
  }

  private final Broadcast<PackedModels> models;
  private final DpProgram program;
  private final ArrayList<String> typeMap;

  private DpModelDevi(
      Broadcast<PackedModels> models, DpProgram program, ArrayList<String> typeMap) {
    this.models = models;
    this.program = program;
    this.typeMap = typeMap;
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
    PackedModels packed = PackedModels.of(models);
    return new DpModelDevi(
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(packed),
        program,
        new ArrayList<>(ModelFiles.unnamed(models, typeMap)));
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
    List<String> problem =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(List.of(0), 1)
            .map(ignored -> sent.evaluation().problem(types, fparam, aparam).orElse(""))
            .collect();
    if (!problem.get(0).isEmpty()) {
      throw new InputException(problem.get(0));
    }
  }

  /**
   * Tries the program, in a task, where there are no models yet.
   *
   * @param suffix of those to come, {@code pb}
   * @throws InputException when it is not there, or does not know such models
   */
  public static void check(SparkSession spark, DpProgram program, String suffix) {
    String problem =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(List.of(0), 1)
            .map(ignored -> DpEvaluation.problem(program, suffix).orElse(""))
            .first();
    if (!problem.isEmpty()) {
      throw new InputException(problem);
    }
  }

  /** Of the models as they were unpacked in this JVM. */
  private DpEvaluation evaluation() throws IOException {
    return new DpEvaluation(program, unpacked(), models.value().names(), typeMap);
  }

  private Path unpacked() throws IOException {
    synchronized (UNPACKED) {
      Path folder = UNPACKED.get(models.id());
      if (folder == null) {
        folder = Files.createTempDirectory("dpsieve-models");
        models.value().unpack(folder);
        UNPACKED.put(models.id(), folder);
      }
      return folder;
    }
  }

  @Override
  public Iterator<Row> evaluate(Iterator<Row> frames, boolean trueError) {
    try {
      return new DpDeviationIterator(frames, evaluation(), trueError);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeAll() {
    synchronized (UNPACKED) {
      try {
        UNPACKED.values().forEach(OwnFiles::remove);
      } catch (UncheckedIOException e) {
        // In a temporary folder; nothing depends on it.
      }
    }
  }

  @Override
  public void close() {
    synchronized (UNPACKED) {
      Path folder = UNPACKED.remove(models.id());
      if (folder != null) {
        OwnFiles.remove(folder);
      }
    }
    models.destroy();
  }
}
