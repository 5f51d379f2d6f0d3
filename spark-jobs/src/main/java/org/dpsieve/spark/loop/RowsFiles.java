package org.dpsieve.spark.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.io.JsonFile;
import org.dpsieve.spark.transfer.PropertyRowsStage;

/**
 * What labelled frames say of the output layers of a property, so that no frame is evaluated twice
 * in a run: each training has in {@code rows.parquet} the groups of frames that came since the one
 * before, the first one in {@code old_rows.parquet} the frames with labels at another level, as
 * {@link PropertyRowsStage} has them. {@code rows.json} says which groups.
 */
final class RowsFiles {
  private static final String FILE = "rows.json";
  private static final String ROWS = "rows.parquet";
  private static final String OLD = "old_rows.parquet";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final SparkSession spark;

  /** Trainings whose rows follow on each other, the first one first. */
  private final List<Path> folders;

  private RowsFiles(SparkSession spark, List<Path> folders) {
    this.spark = spark;
    this.folders = List.copyOf(folders);
  }

  /**
   * The JSON file.
   *
   * @param key of what the rows depend on
   * @param from first group
   * @param to the group after the last
   */
  private record Numbers(String key, int from, int to) {}

  /**
   * What is known.
   *
   * @param trainings of this run so far, in their order
   * @param key of what the rows depend on: others do not count
   */
  static RowsFiles of(SparkSession spark, List<Path> trainings, String key) {
    List<Path> chain = new ArrayList<>();
    for (int t = trainings.size() - 1; t >= 0; t--) {
      Path folder = trainings.get(t);
      if (!Files.exists(folder.resolve(FILE))) {
        continue; // a copy, which knows no more than the one before
      }
      Numbers numbers = JsonFile.read(folder.resolve(FILE), Numbers.class);
      if (!numbers.key().equals(key)) {
        return new RowsFiles(spark, List.of());
      }
      chain.add(0, folder);
      if (numbers.from() == 0) {
        return new RowsFiles(spark, chain);
      }
    }
    return new RowsFiles(spark, List.of());
  }

  boolean isEmpty() {
    return folders.isEmpty();
  }

  /** The training that has what all others stand on. */
  Path first() {
    return folders.get(0);
  }

  /** How many groups of labelled frames are known. */
  int groups() {
    return isEmpty()
        ? 0
        : JsonFile.read(folders.get(folders.size() - 1).resolve(FILE), Numbers.class).to();
  }

  /**
   * With those of one more training.
   *
   * @param rows of the groups that are not known yet; {@code null} for none
   * @param old likewise, of the first training; {@code null} for none
   * @param most rows that each can have
   */
  RowsFiles with(
      Path training, Dataset<Row> rows, Dataset<Row> old, int groups, long most, String key)
      throws IOException {
    if (rows != null) {
      Tables.write(rows, PropertyRowsStage.ORDER, most, training.resolve(ROWS));
    }
    if (old != null) {
      Tables.write(old, PropertyRowsStage.ORDER, most, training.resolve(OLD));
    }
    JSON.writeValue(
        Files.newOutputStream(training.resolve(FILE)), new Numbers(key, groups(), groups));
    List<Path> all = new ArrayList<>(folders);
    all.add(training);
    return new RowsFiles(spark, all);
  }

  /** Of all labelled frames. */
  Dataset<Row> labelled() {
    return all(ROWS);
  }

  /** Of frames with labels at another level; {@code null} where there are none. */
  Dataset<Row> old() {
    return all(OLD);
  }

  /** How many rows these are: one of each model for each frame. */
  long labelledRows() {
    return count(ROWS);
  }

  /** The same of frames with labels at another level. */
  long oldRows() {
    return count(OLD);
  }

  private long count(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::exists)
        .mapToLong(folder -> Tables.size(spark, folder))
        .sum();
  }

  private Dataset<Row> all(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::exists)
        .map(folder -> Tables.read(spark, folder))
        .reduce(Dataset::union)
        .orElse(null);
  }
}
