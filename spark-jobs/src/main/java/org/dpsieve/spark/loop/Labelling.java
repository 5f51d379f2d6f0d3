package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.frame.Property;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.loop.Facts;
import org.dpsieve.pick.Decision;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.label.DirectLabels;
import org.dpsieve.spark.label.LabelRows;

/** New labels for frames: the labels table, which is a frames dataset of its own. */
final class Labelling {
  private static final int FRAMES_PER_TASK = 8;
  private static final int ROWS_PER_FILE = 1024;
  private static final List<String> LABELS = List.of("energy", "force", "virial");

  private final SparkSession spark;
  private final Optional<Property> property;

  /** Of energies and forces. */
  Labelling(SparkSession spark) {
    this(spark, Optional.empty());
  }

  /**
   * @param property what has to be known of a frame, in the place of energy and forces; empty in a
   *     run for these
   */
  Labelling(SparkSession spark, Optional<Property> property) {
    this.spark = spark;
    this.property = property;
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
      return write(target, frames, labels(frames, labeller), Map.of());
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
      long asked = kept.count();
      Soundness sound = soundness(frames, kept);
      long labelled =
          Tables.writeFrames(withLabels(frames, kept, sound), asked, ROWS_PER_FILE, target).rows();
      return new Facts.Labels(
          labelled,
          Tables.byElements(Tables.read(spark, target)),
          labelled == asked ? List.of() : failures(frames, kept, tasks, sound));
    } finally {
      kept.unpersist();
    }
  }

  /** The frames with new labels in place of the old; those that got none are left out. */
  Dataset<Row> withLabels(Dataset<Row> frames, Dataset<Row> labels) {
    return withLabels(frames, labels, soundness(frames, labels));
  }

  private Dataset<Row> withLabels(Dataset<Row> frames, Dataset<Row> labels, Soundness sound) {
    List<String> replaced = new ArrayList<>(LABELS);
    List<Column> found = new ArrayList<>(List.of(col("frame_id")));
    LABELS.forEach(name -> found.add(col(name)));
    List<Column> columns = new ArrayList<>();
    for (String name : FrameRows.SCHEMA.fieldNames()) {
      columns.add(col(name));
    }
    for (StructField column : sound.column()) {
      replaced.add(column.name());
      found.add(col(LabelRows.PROPERTY).as(column.name()));
      columns.add(col(column.name()).as(column.name(), column.metadata()));
    }
    Dataset<Row> finished =
        labels
            .where(col("outcome").equalTo(TaskOutcome.FINISHED.key()))
            .filter((FilterFunction<Row>) sound::holds)
            .select(found.toArray(Column[]::new));
    return frames
        .drop(replaced.toArray(String[]::new))
        .join(finished, "frame_id")
        .select(columns.toArray(Column[]::new));
  }

  private Soundness soundness(Dataset<Row> frames, Dataset<Row> labels) {
    return property.map(one -> Soundness.of(one, frames, labels)).orElse(new Soundness(null, 0));
  }

  /** New labels of any frames, spread over many small tasks. */
  Dataset<Row> labels(Dataset<Row> frames, DirectLabeller labeller) {
    long count = frames.count();
    int tasks = (int) Math.max(1, Math.min(10_000, count / FRAMES_PER_TASK));
    return DirectLabels.apply(frames.repartition(tasks, col("frame_id")), labeller);
  }

  private static List<Facts.Failure> failures(
      Dataset<Row> frames, Dataset<Row> labels, Map<String, String> tasks, Soundness sound) {
    return labels
        .filter(
            (FilterFunction<Row>)
                row ->
                    !row.<String>getAs("outcome").equals(TaskOutcome.FINISHED.key())
                        || !sound.holds(row))
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
                    reason(row, sound)))
        .toList();
  }

  private static String reason(Row row, Soundness sound) {
    String outcome = row.getAs("outcome");
    return outcome.equals(TaskOutcome.FINISHED.key())
        ? sound.problem(row).orElse("nothing is wrong")
        : outcome + ": " + row.getAs("reason");
  }
}
