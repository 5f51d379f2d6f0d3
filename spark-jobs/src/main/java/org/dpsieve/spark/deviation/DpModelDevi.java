package org.dpsieve.spark.deviation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.OwnFiles;

/**
 * Deviations by {@code dp model-devi} itself, started inside Spark's tasks: for models that our own
 * reader does not know. Its text has seven digits, and so have these rows. The models go to every
 * executor once; the program has to be there.
 */
public final class DpModelDevi implements DeviationEngine {
  private static final long serialVersionUID = 1;

  /** Å, of the atoms that a check is done with: no model sees as far. */
  private static final double FAR_APART = 1000;

  /** Where the models of a broadcast lie, in this JVM. */
  private static final Map<Long, Path> UNPACKED = new HashMap<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(DpModelDevi::removeAll, "dp models"));
  }

  private final Broadcast<PackedModels> models;
  private final DpProgram program;

  private DpModelDevi(Broadcast<PackedModels> models, DpProgram program) {
    this.models = models;
    this.program = program;
  }

  /** Of models in any format that the program reads. */
  public static DpModelDevi of(SparkSession spark, List<Path> models, DpProgram program) {
    PackedModels packed = PackedModels.of(models);
    return new DpModelDevi(
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(packed), program);
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
            .map(ignored -> sent.problem(types, fparam, aparam).orElse(""))
            .collect();
    if (!problem.get(0).isEmpty()) {
      throw new InputException(problem.get(0));
    }
  }

  /** What keeps the program from evaluating one atom of each element. */
  Optional<String> problem(List<String> elements, int fparam, int aparam) throws IOException {
    int[] z = new int[elements.size()];
    double[] coord = new double[3 * z.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = TypeNames.number(elements.get(i));
      coord[3 * i] = FAR_APART * i;
    }
    Frame atoms =
        new Frame(
            "check",
            0,
            z,
            coord,
            null,
            Labels.NONE,
            fparam == 0 ? null : new double[fparam],
            aparam == 0 ? null : new double[aparam * z.length],
            TypeNames.of(elements));
    try (DpModelDeviRun run = run(List.of(atoms))) {
      double[] deviation = run.deviations(false)[0];
      if (deviation != null && Double.isFinite(deviation[DpModelDeviRun.FORCE])) {
        return Optional.empty();
      }
      if (deviation != null) {
        return Optional.of(
            "'%s model-devi' gives no forces for these models (NaN, for an atom of each of %s): of .dp, .yaml and .json files DeePMD-kit has energies alone; convert them to its TensorFlow, PyTorch or JAX format (dp convert-backend)"
                .formatted(program.command(), String.join(" ", elements)));
      }
      return Optional.of(
          "'%s model-devi' cannot evaluate the models on an atom of each of %s: %s. Name DeePMD-kit's program by model_devi.command in machine.json, or by DPSIEVE_DP; it has to be there, with the models' backend, wherever Spark's tasks run"
              .formatted(program.command(), String.join(" ", elements), run.lastWords()));
    }
  }

  DpModelDeviRun run(List<Frame> frames) throws IOException {
    return new DpModelDeviRun(program, unpacked(), models.value().names(), frames);
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
    return new DpDeviationIterator(frames, this, trueError);
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
