package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.url_decode;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;

/**
 * Formats of tables whose rows know their files. Those of Delta and Iceberg are read by these
 * projects' own libraries, which users bring along.
 */
public enum TableFormat {
  PARQUET("org.apache.spark.sql.SparkSession", ""),
  DELTA(
      "io.delta.sql.DeltaSparkSessionExtension",
      "start with spark-submit --packages io.delta:delta-spark_4.2_2.13:4.4.0 (the one for your Spark)"),
  ICEBERG(
      "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
      "start with spark-submit --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0 (the one for your Spark)");

  private static final String EXTENSIONS = "spark.sql.extensions";
  private static final String CATALOG = "spark.sql.catalog.spark_catalog";

  private final String proof;
  private final String remedy;

  /**
   * @param proof a class that is there where the format can be read
   */
  TableFormat(String proof, String remedy) {
    this.proof = proof;
    this.remedy = remedy;
  }

  /** Its name, as Spark calls it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws InputException when there is none of this name
   */
  public static TableFormat named(String name) {
    for (TableFormat format : values()) {
      if (format.key().equals(name.toLowerCase(Locale.ROOT))) {
        return format;
      }
    }
    throw new InputException(
        "format '%s': expected one of %s; other tables: write them as Parquet first"
            .formatted(
                name,
                Arrays.stream(values()).map(TableFormat::key).collect(Collectors.joining(", "))));
  }

  /** By what lies in the folder. */
  static TableFormat found(FileSystem files, Path path) throws IOException {
    if (files.exists(new Path(path, "_delta_log"))) {
      return DELTA;
    }
    Path metadata = new Path(path, "metadata");
    boolean iceberg =
        files.exists(metadata)
            && files.getFileStatus(metadata).isDirectory()
            && Arrays.stream(files.listStatus(metadata))
                .anyMatch(file -> file.getPath().getName().endsWith(".metadata.json"));
    return iceberg ? ICEBERG : PARQUET;
  }

  /** Whether its library is there. */
  public boolean isThere() {
    try {
      Class.forName(proof, false, Thread.currentThread().getContextClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * @throws InputException saying what to add where its library is not there
   */
  void require(String table) {
    if (!isThere()) {
      throw new InputException(
          "%s: is a table of %s, whose library is not there; %s".formatted(table, key(), remedy));
    }
  }

  /**
   * Adds the settings of Spark without which the library does not work; what is set stays.
   *
   * @param get the value of a setting, {@code ""} for none
   */
  public void settings(UnaryOperator<String> get, BiConsumer<String, String> set) {
    if (this == PARQUET) {
      return;
    }
    String extensions = get.apply(EXTENSIONS);
    if (!List.of(extensions.split(",")).contains(proof)) {
      set.accept(EXTENSIONS, extensions.isEmpty() ? proof : extensions + "," + proof);
    }
    if (this == DELTA && get.apply(CATALOG).isEmpty()) {
      set.accept(CATALOG, "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    }
  }

  /** The state a table is in; {@code null} where it keeps none. */
  String snapshot(SparkSession spark, String path) {
    return switch (this) {
      case PARQUET -> null;
      case DELTA -> version(spark, deltaPath(path));
      case ICEBERG -> current(spark.read().format("iceberg").load(path + "#refs"));
    };
  }

  String snapshotOfName(SparkSession spark, String table) {
    return switch (this) {
      case PARQUET -> null;
      case DELTA -> version(spark, table);
      case ICEBERG -> current(spark.table(table + ".refs"));
    };
  }

  private static String deltaPath(String path) {
    return "delta.`%s`".formatted(path.replace("`", "``"));
  }

  private static String version(SparkSession spark, String table) {
    return Long.toString(
        spark.sql("DESCRIBE HISTORY %s LIMIT 1".formatted(table)).first().getLong(0));
  }

  private static String current(Dataset<Row> refs) {
    List<Row> main = refs.where("name = 'main'").select("snapshot_id").collectAsList();
    if (main.isEmpty()) {
      throw new InputException("the table has no rows yet: no snapshot");
    }
    return Long.toString(main.get(0).getLong(0));
  }

  Dataset<Row> read(SparkSession spark, String path, String snapshot) {
    Dataset<Row> rows = reader(spark, snapshot).load(path);
    return this == DELTA ? DeltaFiles.numbered(spark, deltaPath(path), rows) : rows;
  }

  Dataset<Row> table(SparkSession spark, String name, String snapshot) {
    Dataset<Row> rows = reader(spark, snapshot).table(name);
    return this == DELTA ? DeltaFiles.numbered(spark, name, rows) : rows;
  }

  private DataFrameReader reader(SparkSession spark, String snapshot) {
    DataFrameReader reader = spark.read().format(key());
    if (snapshot != null) {
      reader.option("versionAsOf", snapshot);
    }
    if (this == ICEBERG) {
      // one task a file: its rows do not say in which part of it they are
      reader.option("split-size", 1L << 40).option("file-open-cost", 1L << 40);
    }
    return reader;
  }

  Column file() {
    return this == ICEBERG ? col("_file") : col("_metadata.file_path");
  }

  /** A path of {@link #file()} as it is called on disk: Spark's own are URIs. */
  Column decoded(Column path) {
    return this == ICEBERG ? path : url_decode(regexp_replace(path, "[+]", "%2B"));
  }

  Column position() {
    return this == ICEBERG ? col("_pos") : col("_metadata.row_index");
  }

  /** Files of Parquet and Delta are cut, and a row knows where its part begins. */
  Column unit(Column file) {
    return this == ICEBERG
        ? file
        : concat(file, lit("#"), col("_metadata.file_block_start").cast("string"));
  }

  /** Bytes of a row's part of its file; 0 where nothing says so. */
  Column bytes() {
    return this == ICEBERG ? lit(0L) : col("_metadata.file_block_length");
  }

  /** Tells whether a file was replaced by another of its name; empty where files never are. */
  Column stamp() {
    return this == PARQUET
        ? concat(
            col("_metadata.file_size").cast("string"),
            lit(" "),
            col("_metadata.file_modification_time").cast("string"))
        : lit("");
  }
}
