package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.nio.file.Path;
import java.util.ArrayList;
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
import org.apache.spark.sql.types.StructField;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.frame.Property;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.loop.Facts;
import org.dpsieve.pick.Decision;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.label.BatchLabels;
import org.dpsieve.spark.label.LabelRows;

/** New labels for frames: the labels table, which is a frames dataset of its own. */
final class Labelling {
  /** A program may take minutes a frame, what is computed at once some milliseconds. */
  private static final int FRAMES_PER_TASK = 8;

  private static final int FRAMES_PER_DIRECT_TASK = 64;
  private static final int ROWS_PER_FILE = 1024;
  private static final List<String> LABELS = List.of("energy", "force", "virial");
  private static final List<String> SIGMAS = List.of("sigma_energy", "sigma_force");

  private final SparkSession spark;
  private final Optional<Property> property;
  private final int before;
  private final Map<String, Object> resources;

  /**
   * Of energies and forces.
   *
   * @param resources that machine.json gives to labelling
   */
  Labelling(SparkSession spark, Map<String, Object> resources) {
    this(spark, Optional.empty(), 0, resources);
  }

  /** Of a property; see {@link Soundness#of}. */
  Labelling(SparkSession spark, Property property, int before, Map<String, Object> resources) {
    this(spark, Optional.of(property), before, resources);
  }

  private Labelling(
      SparkSession spark, Optional<Property> property, int before, Map<String, Object> resources) {
    this.spark = spark;
    this.property = property;
    this.before = before;
    this.resources = resources;
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
          write(target, frames, labels(frames, labeller), Map.of(), labeller.knowsSigma());
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
    return write(target, frames, labels, tasks, false);
  }

  private Facts.Labels write(
      Path target,
      Dataset<Row> frames,
      Dataset<Row> labels,
      Map<String, String> tasks,
      boolean certainty) {
    Dataset<Row> kept = labels.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long asked = kept.count();
      Soundness sound = soundness(frames, kept);
      Dataset<Row> found = withLabels(frames, kept, sound, certainty);
      long labelled = Tables.writeFrames(found, asked, ROWS_PER_FILE, target).rows();
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
    return withLabels(frames, labels, soundness(frames, labels), false);
  }

  /**
   * @param certainty whether with what is known of the labels' certainty
   */
  private Dataset<Row> withLabels(
      Dataset<Row> frames, Dataset<Row> labels, Soundness sound, boolean certainty) {
    List<String> replaced = new ArrayList<>(LABELS);
    List<Column> found = new ArrayList<>(List.of(col("frame_id")));
    Stream.concat(LABELS.stream(), SIGMAS.stream()).forEach(name -> found.add(col(name)));
    List<Column> columns = new ArrayList<>();
    for (String name : FrameRows.SCHEMA.fieldNames()) {
      columns.add(col(name));
    }
    for (String name : certainty ? FrameRows.CERTAINTY.fieldNames() : new String[0]) {
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
            .select(found.toArray(Column[]::new))
            .withColumn("computed", lit(true));
    return frames
        .drop(replaced.toArray(String[]::new))
        .join(finished, "frame_id")
        .select(columns.toArray(Column[]::new));
  }

  private Soundness soundness(Dataset<Row> frames, Dataset<Row> labels) {
    return property
        .map(one -> Soundness.of(one, frames, labels, before))
        .orElse(new Soundness(null, 0));
  }

  /** New labels of any frames, spread over many small tasks. */
  Dataset<Row> labels(Dataset<Row> frames, BatchLabeller labeller) {
    long count = frames.count();
    int perTask = labeller instanceof DirectLabeller ? FRAMES_PER_DIRECT_TASK : FRAMES_PER_TASK;
    int tasks = (int) Math.max(1, Math.min(10_000, count / perTask));
    return BatchLabels.apply(frames.repartition(tasks, col("frame_id")), labeller, resources);
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
