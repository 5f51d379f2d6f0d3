package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.WildLabel;
import org.dpsieve.loop.Facts;
import org.dpsieve.pick.Decision;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.label.BatchLabels;

/** New labels for frames: the labels table, which is a frames dataset of its own. */
final class Labelling {
  private static final int FRAMES_PER_TASK = 8;
  private static final int ROWS_PER_FILE = 1024;
  private static final List<String> LABELS = List.of("energy", "force", "virial");
  private static final List<String> SIGMAS = List.of("sigma_energy", "sigma_force");

  private final SparkSession spark;

  Labelling(SparkSession spark) {
    this.spark = spark;
  }

  /** The picked frames of an iteration. */
  Dataset<Row> picked(Dataset<Row> pool, Path picks) {
    return Tables.in(
        pool, Tables.read(spark, picks).where(col("decision").equalTo(Decision.PICKED.key())));
  }

  /**
   * Labels the picked frames here and writes those that got one.
   *
   * @param about what labels them, see {@link BatchLabeller#tried}
   */
  Facts.Labels label(
      Path target,
      Dataset<Row> pool,
      Path picks,
      BatchLabeller labeller,
      SortedMap<String, String> about) {
    Dataset<Row> frames = picked(pool, picks).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Facts.Labels labels =
          write(target, frames, labels(frames, labeller), Map.of(), columns(labeller.knowsSigma()));
      return labeller instanceof DirectLabeller
          ? labels
          : new Facts.Labels(
              labels.labelled(),
              labels.byElements(),
              labels.failures(),
              new Facts.Teacher(
                  about,
                  TeacherLabels.shifts(frames, Tables.read(spark, target)).orElse(null),
                  labeller.knowsSigma() ? TeacherLabels.sigma(Tables.read(spark, target)) : null));
    } finally {
      frames.unpersist();
    }
  }

  /**
   * Writes the frames that got a label, with it; the others are the failures.
   *
   * @param tasks folder of the program that labelled a frame, by frame_id
   */
  Facts.Labels write(
      Path target, Dataset<Row> frames, Dataset<Row> labels, Map<String, String> tasks) {
    return write(target, frames, labels, tasks, columns(false));
  }

  private Facts.Labels write(
      Path target,
      Dataset<Row> frames,
      Dataset<Row> labels,
      Map<String, String> tasks,
      Column[] columns) {
    Dataset<Row> kept = labels.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long asked = kept.count();
      long labelled =
          Tables.writeFrames(withLabels(frames, kept, columns), asked, ROWS_PER_FILE, target)
              .rows();
      return new Facts.Labels(
          labelled,
          Tables.byElements(Tables.read(spark, target)),
          labelled == asked ? List.of() : failures(frames, kept, tasks));
    } finally {
      kept.unpersist();
    }
  }

  /** The frames with new labels in place of the old; those that got none are left out. */
  Dataset<Row> withLabels(Dataset<Row> frames, Dataset<Row> labels) {
    return withLabels(frames, labels, columns(false));
  }

  private static Dataset<Row> withLabels(
      Dataset<Row> frames, Dataset<Row> labels, Column[] columns) {
    Dataset<Row> finished =
        labels
            .where(col("outcome").equalTo(TaskOutcome.FINISHED.key()))
            .filter((FilterFunction<Row>) Labelling::sound)
            .select(
                "frame_id", Stream.concat(LABELS.stream(), SIGMAS.stream()).toArray(String[]::new))
            .withColumn("computed", lit(true));
    return frames.drop(LABELS.toArray(String[]::new)).join(finished, "frame_id").select(columns);
  }

  /** Of the frames dataset, with what is known of labels' certainty where it is. */
  private static Column[] columns(boolean certainty) {
    return Stream.concat(
            Arrays.stream(FrameRows.SCHEMA.fieldNames()),
            Arrays.stream(certainty ? FrameRows.CERTAINTY.fieldNames() : new String[0]))
        .map(name -> col(name))
        .toArray(Column[]::new);
  }

  /** New labels of any frames, spread over many small tasks. */
  Dataset<Row> labels(Dataset<Row> frames, BatchLabeller labeller) {
    long count = frames.count();
    int tasks = (int) Math.max(1, Math.min(10_000, count / FRAMES_PER_TASK));
    return BatchLabels.apply(frames.repartition(tasks, col("frame_id")), labeller);
  }

  private static List<Facts.Failure> failures(
      Dataset<Row> frames, Dataset<Row> labels, Map<String, String> tasks) {
    return labels
        .filter(
            (FilterFunction<Row>)
                row ->
                    !row.<String>getAs("outcome").equals(TaskOutcome.FINISHED.key()) || !sound(row))
        .join(frames.select("frame_id", "system", "index"), "frame_id")
        .orderBy("frame_id")
        .collectAsList()
        .stream()
        .map(
            row ->
                new Facts.Failure(
                    row.getAs("frame_id"),
                    row.getAs("system") + "#" + row.getAs("index"),
                    tasks.get(row.<String>getAs("frame_id")),
                    reason(row)))
        .toList();
  }

  private static String reason(Row row) {
    String outcome = row.getAs("outcome");
    if (!outcome.equals(TaskOutcome.FINISHED.key())) {
      return outcome + ": " + row.getAs("reason");
    }
    return finite(row)
        ? "the label holds " + wild(row).orElse("nothing wrong")
        : "the label holds a number that is not finite";
  }

  private static boolean sound(Row row) {
    return finite(row) && wild(row).isEmpty();
  }

  private static Optional<String> wild(Row row) {
    int field = row.fieldIndex("force");
    if (row.isNullAt(field)) {
      return Optional.empty();
    }
    double[] force = row.<Double>getList(field).stream().mapToDouble(Double::doubleValue).toArray();
    return WildLabel.problem(
        new Labels(row.<Double>getAs("energy"), force, null), force.length / 3);
  }

  /** A label that is not a number must never be trained on. */
  private static boolean finite(Row row) {
    Double energy = row.getAs("energy");
    return (energy == null || Double.isFinite(energy))
        && finite(row, "force")
        && finite(row, "virial");
  }

  private static boolean finite(Row row, String column) {
    int field = row.fieldIndex(column);
    return row.isNullAt(field) || row.<Double>getList(field).stream().allMatch(Double::isFinite);
  }
}
