package org.dpsieve.spark.frames;

import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.config.reading.Spelling;
import org.dpsieve.error.InputException;

/** Frames on disk: a folder of Parquet part files with the columns of {@link FrameRows#SCHEMA}. */
public final class FramesDataset {
  /** What every frames dataset has; labels and parameters may be missing. */
  private static final List<String> NEEDED =
      List.of("frame_id", "system", "index", "formula", "natoms", "z", "coord", "cell");

  /** Larger than any part file: Spark then neither splits a file nor joins two. */
  private static final long ONE_FILE = 1L << 40;

  private FramesDataset() {}

  /**
   * The frames of a committed dataset, in as many partitions as Spark finds right for what costs
   * little a frame.
   *
   * @param path folder on any Hadoop file system
   * @throws InputException when it is no frames dataset or not complete
   */
  public static Dataset<Row> read(SparkSession spark, String path) {
    requireComplete(spark, path);
    return readParts(spark, path, NEEDED, "frames");
  }

  /**
   * The same, one partition per part file, for models to evaluate: what a partition holds never
   * depends on the number of cores, and every core has work. The session's settings stay as they
   * are.
   */
  public static Dataset<Row> readByFile(SparkSession spark, String path) {
    requireComplete(spark, path);
    return checked(
        () -> filesAsPartitions(spark, schema(spark, path), path), path, NEEDED, "frames");
  }

  private static void requireComplete(SparkSession spark, String path) {
    if (ParquetCommit.manifest(spark, path).isEmpty()) {
      throw new InputException(
          path
              + ": no complete frames dataset (folder with part files and _manifest.json) found there;"
              + " make one with: dpsieve import -s DIR -o "
              + path);
    }
  }

  /** Any table that {@link ParquetCommit} wrote. */
  public static Dataset<Row> readParts(
      SparkSession spark, String path, List<String> neededColumns, String what) {
    StructType schema = schema(spark, path);
    return checked(
        () -> (schema == null ? spark.read() : spark.read().schema(schema)).parquet(path),
        path,
        neededColumns,
        what);
  }

  /** Known without a job; {@code null} where another program wrote the files. */
  private static StructType schema(SparkSession spark, String path) {
    return ParquetCommit.schema(spark, path).orElse(null);
  }

  private static Dataset<Row> checked(
      Supplier<Dataset<Row>> read, String path, List<String> neededColumns, String what) {
    try {
      Dataset<Row> rows = read.get();
      List<String> columns = List.of(rows.columns());
      if (!columns.containsAll(neededColumns)) {
        throw new InputException(
            "%s: columns %s, expected those of %s: %s"
                .formatted(path, columns, what, neededColumns));
      }
      return rows;
    } catch (Exception e) {
      if (e instanceof AnalysisException) { // checked, though Scala does not say so
        throw new InputException(path + ": cannot be read as Parquet: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  /**
   * Some part files of a committed dataset, one partition per file; {@code _metadata.file_name}
   * tells which.
   */
  public static Dataset<Row> readFiles(SparkSession spark, String path, List<String> names) {
    return filesAsPartitions(
        spark,
        schema(spark, path),
        names.stream().map(name -> path + "/" + name).toArray(String[]::new));
  }

  /**
   * The rows for which a condition holds.
   *
   * @param condition SQL, as {@code --where} takes it; {@code null} for all
   * @throws InputException when the condition is no SQL or names other columns
   */
  public static Dataset<Row> where(Dataset<Row> frames, String condition) {
    return where(frames, condition, List.of(frames.columns()));
  }

  /**
   * The same.
   *
   * @param columns that a condition may name
   */
  public static Dataset<Row> where(Dataset<Row> frames, String condition, List<String> columns) {
    try {
      return condition == null ? frames : frames.where(condition);
    } catch (Exception e) {
      if (e instanceof AnalysisException) { // checked, though Scala does not say so
        throw new InputException(
            "--where \"%s\": %s; columns: %s"
                .formatted(
                    condition, problem((AnalysisException) e, columns), String.join(", ", columns)),
            e);
      }
      throw e;
    }
  }

  /** Spark's own guess at a column that is not there knows fewer columns than there are. */
  private static String problem(AnalysisException e, List<String> columns) {
    String name = e.getMessageParameters().getOrDefault("objectName", "").replace("`", "");
    if (String.valueOf(e.getCondition()).startsWith("UNRESOLVED_COLUMN")) {
      return "no column %s%s".formatted(name, Spelling.hint(name, columns));
    }
    return e.getMessage()
        .strip()
        .lines()
        .findFirst()
        .orElse("")
        .replaceFirst("; line \\d+ pos \\d+;*$", "");
  }

  /**
   * How files become partitions is a setting of the session that a relation was made in, no option
   * of the reader: a clone of the user's session makes it, and the user's own runs it.
   *
   * @param schema of the files; {@code null} to have a job look for it
   */
  private static Dataset<Row> filesAsPartitions(
      SparkSession spark, StructType schema, String... paths) {
    org.apache.spark.sql.classic.SparkSession session =
        (org.apache.spark.sql.classic.SparkSession) spark;
    org.apache.spark.sql.classic.SparkSession reader = session.cloneSession();
    reader.conf().set("spark.sql.files.maxPartitionBytes", ONE_FILE);
    reader.conf().set("spark.sql.files.openCostInBytes", ONE_FILE);
    org.apache.spark.sql.classic.DataFrameReader files = reader.read();
    if (schema != null) {
      files = files.schema(schema);
    }
    return org.apache.spark.sql.classic.Dataset.ofRows(
        session, files.parquet(paths).queryExecution().analyzed());
  }
}
