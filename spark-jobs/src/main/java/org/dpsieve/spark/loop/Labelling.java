package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.loop.Facts;
import org.dpsieve.pick.Decision;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.frames.PartSize;
import org.dpsieve.spark.label.DirectLabels;
import org.dpsieve.spark.transfer.OldLabels;

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
    Dataset<Row> frames = picked(pool, picks);
    return write(target, frames, labels(frames, labeller), Map.of());
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
      Dataset<Row> labelled = withLabels(frames, kept);
      ParquetCommit.write(
          labelled,
          List.of("formula", "frame_id"),
          PartSize.rows(ROWS_PER_FILE),
          target.toString(),
          Map.of());
      Dataset<Row> written = Tables.read(spark, target);
      return new Facts.Labels(
          written.count(), Tables.byElements(written), failures(frames, kept, tasks));
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
    long count = frames.count();
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
    if (!finite(row)) {
      return "the label holds a number that is not finite";
    }
    return largestForce(row) > OldLabels.MOST_FORCE
        ? "the label holds a force of %.3g eV/Å; expected at most %.0f"
            .formatted(largestForce(row), OldLabels.MOST_FORCE)
        : "the label holds an energy of %.3g eV per atom; expected at most %.0f"
            .formatted(energyPerAtom(row), OldLabels.MOST_ENERGY);
  }

  /**
   * Whether a label can be trained on: a single force of 1e10 eV/Å, as of two atoms at one place,
   * would be all that a fit looks at.
   */
  private static boolean sound(Row row) {
    return finite(row)
        && largestForce(row) <= OldLabels.MOST_FORCE
        && energyPerAtom(row) <= OldLabels.MOST_ENERGY;
  }

  /** Its size; 0 where the label has no forces to count atoms by. */
  private static double energyPerAtom(Row row) {
    Double energy = row.getAs("energy");
    int field = row.fieldIndex("force");
    return energy == null || row.isNullAt(field)
        ? 0
        : Math.abs(energy) / (row.<Double>getList(field).size() / 3.0);
  }

  private static double largestForce(Row row) {
    int field = row.fieldIndex("force");
    return row.isNullAt(field)
        ? 0
        : row.<Double>getList(field).stream().mapToDouble(Math::abs).max().orElse(0);
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
