package org.dpsieve.spark.report;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log10;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.RunTable;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.report.RunReport;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.transfer.ModelErrors;

/**
 * Models against labels they have not been trained on: those of frames never labelled in the run,
 * where the new level is known for them, else those of the frames that an ensemble picked, which
 * came after its training.
 */
final class UnseenLabels {
  private static final int MOST_FRAMES = 400;
  private static final int MOST_ATOMS = 20_000;

  /** Ensembles on the curve of errors by labels. */
  private static final int MOST_ENSEMBLES = 8;

  private static final int PER_DECADE = 24;

  private final SparkSession spark;
  private final Workdir workdir;
  private final List<String> typeMap;

  /** Of frames picked by the ensemble of an iteration: never done twice in a run. */
  private final Map<Integer, RunReport.Accuracy> ofPicked = new HashMap<>();

  /**
   * @param typeMap types of models that do not name theirs
   */
  UnseenLabels(SparkSession spark, Workdir workdir, List<String> typeMap) {
    this.spark = spark;
    this.workdir = workdir;
    this.typeMap = typeMap;
  }

  /** Empty before there are such labels. */
  Optional<RunReport.ErrorPlots> plots(RunHistory history) {
    Path heldOut = workdir.result().resolve("held_out.parquet");
    if (history.result() != null && Files.exists(heldOut)) {
      Dataset<Row> frames = sample(FramesDataset.read(spark, heldOut.toString()));
      try {
        return Optional.of(
            plots(
                ", of those never labelled in this run",
                frames,
                models(workdir.result()),
                ofHeldOut(history, frames)));
      } finally {
        frames.unpersist();
      }
    }
    List<RunReport.Accuracy> accuracy = ofPicked(history);
    if (accuracy.isEmpty()) {
      return Optional.empty();
    }
    int last = accuracy.get(accuracy.size() - 1).iteration();
    Path labels = workdir.labels(Math.max(0, last));
    Dataset<Row> frames = sample(FramesDataset.read(spark, labels.toString()));
    try {
      return Optional.of(
          plots(
              last < 0
                  ? ", picked at random in iteration 0"
                  : ", of those that the models of iteration %d picked, the hardest for them"
                      .formatted(last),
              frames,
              last < 0 ? models(workdir.models()) : models(workdir.train(last)),
              accuracy));
    } finally {
      frames.unpersist();
    }
  }

  /** By {@code frame_id}, which is a hash: as good as at random, and the same every time. */
  private static Dataset<Row> sample(Dataset<Row> frames) {
    double atoms = frames.agg(avg("natoms")).head().getDouble(0);
    int number = (int) Math.max(1, Math.min(MOST_FRAMES, MOST_ATOMS / atoms));
    return frames.orderBy("frame_id").limit(number).persist(StorageLevel.MEMORY_AND_DISK());
  }

  private RunReport.ErrorPlots plots(
      String what,
      Dataset<Row> frames,
      List<DeepPotential> models,
      List<RunReport.Accuracy> accuracy) {
    List<DeepPotential> both = new ArrayList<>(models(first()));
    both.addAll(models);
    List<RunReport.Grid> energy;
    List<RunReport.Grid> force;
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, both)) {
      Dataset<Row> points = Parity.points(frames, ensemble).persist(StorageLevel.MEMORY_AND_DISK());
      energy = Parity.grids(points, "energy");
      force = Parity.grids(points, "force");
      points.unpersist();
    }
    long count = frames.count();
    return new RunReport.ErrorPlots(
        RunTable.count(count) + (count == 1 ? " frame" : " frames") + what,
        count,
        energy.isEmpty() ? null : energy.get(0),
        energy.isEmpty() ? null : energy.get(1),
        force.isEmpty() ? null : force.get(0),
        force.isEmpty() ? null : force.get(1),
        force.isEmpty() ? null : deviationAndError(frames, models),
        accuracy);
  }

  /** The models the run was given; of one from scratch those that it trained first. */
  private Path first() {
    Path given = workdir.models();
    int iteration = 0;
    while (!RunModels.there(given) && Files.exists(workdir.iteration(iteration))) {
      given = workdir.train(iteration++);
    }
    return given;
  }

  private RunReport.LogGrid deviationAndError(Dataset<Row> frames, List<DeepPotential> models) {
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models)) {
      Dataset<Row> table =
          DeviationStage.applyWithTrueError(frames.where("force IS NOT NULL"), ensemble);
      List<long[]> cells = new ArrayList<>();
      table
          .where(positive("max_devi_f").and(positive("true_error_f")))
          .groupBy(cell("max_devi_f").as("x"), cell("true_error_f").as("y"))
          .agg(count(lit(1)))
          .orderBy("x", "y")
          .collectAsList()
          .forEach(row -> cells.add(new long[] {row.getLong(0), row.getLong(1), row.getLong(2)}));
      return new RunReport.LogGrid(PER_DECADE, cells);
    }
  }

  private static Column positive(String name) {
    return col(name).gt(0).and(col(name).lt(Double.POSITIVE_INFINITY));
  }

  private static Column cell(String name) {
    return floor(log10(col(name)).multiply(PER_DECADE));
  }

  /** The models given, then those of the iterations that trained, all on the same frames. */
  private List<RunReport.Accuracy> ofHeldOut(RunHistory history, Dataset<Row> frames) {
    List<Integer> trained =
        history.trainings().entrySet().stream()
            .filter(training -> training.getValue().frames() > 0)
            .map(Map.Entry::getKey)
            .toList();
    List<RunReport.Accuracy> accuracy = new ArrayList<>();
    if (RunModels.there(workdir.models())) {
      accuracy.add(accuracy(-1, 0, workdir.models(), frames));
    }
    for (int iteration : spread(trained)) {
      accuracy.add(
          accuracy(
              iteration,
              history.trainings().get(iteration).frames(),
              workdir.train(iteration),
              frames));
    }
    return accuracy;
  }

  private static TreeSet<Integer> spread(List<Integer> all) {
    TreeSet<Integer> some = new TreeSet<>();
    int most = Math.min(all.size(), MOST_ENSEMBLES);
    for (int i = 0; i < most; i++) {
      some.add(all.get(most == 1 ? 0 : i * (all.size() - 1) / (most - 1)));
    }
    return some;
  }

  /** The models given on the frames of iteration 0, then each ensemble on the frames it picked. */
  private List<RunReport.Accuracy> ofPicked(RunHistory history) {
    List<RunReport.Accuracy> accuracy = new ArrayList<>();
    for (Summary.Iteration iteration : history.iterations()) {
      int number = iteration.number();
      boolean byGiven = number == 0 || iteration.training() == null;
      if (iteration.labels() == null
          || iteration.labels().labelled() == 0
          || byGiven && !RunModels.there(workdir.models())) {
        continue;
      }
      accuracy.add(
          ofPicked.computeIfAbsent(
              number,
              i -> {
                Dataset<Row> frames =
                    sample(FramesDataset.read(spark, workdir.labels(i).toString()));
                try {
                  return byGiven
                      ? accuracy(-1, 0, workdir.models(), frames)
                      : accuracy(
                          i,
                          iteration.labelledSoFar() - iteration.labels().labelled(),
                          workdir.train(i),
                          frames);
                } finally {
                  frames.unpersist();
                }
              }));
    }
    return accuracy;
  }

  private RunReport.Accuracy accuracy(
      int iteration, long labels, Path folder, Dataset<Row> frames) {
    return new RunReport.Accuracy(
        iteration,
        labels,
        ModelErrors.of(spark, frames, models(folder)).stream()
            .map(e -> new Facts.Errors(e.energyPerAtom(), e.force(), e.virialPerAtom()))
            .toList());
  }

  private List<DeepPotential> models(Path folder) {
    return RunModels.read(folder, typeMap);
  }
}
