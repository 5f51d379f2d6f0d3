package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.WildLabel;
import org.dpsieve.loop.Facts;
import org.dpsieve.pick.Decision;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.label.DirectLabels;

/** New labels for frames: the labels table, which is a frames dataset of its own. */
final class Labelling {
  private static final int FRAMES_PER_TASK = 8;
  private static final int ROWS_PER_FILE = 1024;
  private static final List<String> LABELS = List.of("energy", "force", "virial");

  private final SparkSession spark;

  Labelling(SparkSession spark) {
    this.spark = spark;
  }

  /** The picked frames of an iteration. */
  Dataset<Row> picked(Dataset<Row> pool, Path picks) {
    return Tables.in(
        pool, Tables.read(spark, picks).where(col("decision").equalTo(Decision.PICKED.key())));
  }

  /** Labels the picked frames here and writes those that got one. */
  Facts.Labels label(Path target, Dataset<Row> pool, Path picks, DirectLabeller labeller) {
    Dataset<Row> frames = picked(pool, picks).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long count = frames.count(); // each gets an answer
      return write(target, frames, labels(frames, count, labeller), count, Map.of());
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
    Dataset<Row> kept = labels.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return write(target, frames, kept, kept.count(), tasks);
    } finally {
      kept.unpersist();
    }
  }

  /**
   * The same.
   *
   * @param asked how many labels there are, of whatever outcome
   */
  private Facts.Labels write(
      Path target,
      Dataset<Row> frames,
      Dataset<Row> labels,
      long asked,
      Map<String, String> tasks) {
    Dataset<Row> kept = labels.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long labelled =
          Tables.writeFrames(withLabels(frames, kept), asked, ROWS_PER_FILE, target).rows();
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
    Dataset<Row> finished =
        labels
            .where(col("outcome").equalTo(TaskOutcome.FINISHED.key()))
            .filter((FilterFunction<Row>) Labelling::sound)
            .select("frame_id", LABELS.toArray(String[]::new));
    Column[] columns =
        Arrays.stream(FrameRows.SCHEMA.fieldNames()).map(name -> col(name)).toArray(Column[]::new);
    return frames.drop(LABELS.toArray(String[]::new)).join(finished, "frame_id").select(columns);
  }

  /** New labels of any frames, spread over many small tasks. */
  Dataset<Row> labels(Dataset<Row> frames, DirectLabeller labeller) {
    return labels(frames, frames.count(), labeller);
  }

  private static Dataset<Row> labels(Dataset<Row> frames, long count, DirectLabeller labeller) {
    int tasks = (int) Math.max(1, Math.min(10_000, count / FRAMES_PER_TASK));
    return DirectLabels.apply(frames.repartition(tasks, col("frame_id")), labeller);
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
