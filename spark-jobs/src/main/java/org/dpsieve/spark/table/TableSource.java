package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.dpsieve.error.InputException;

/**
 * A table of files, as it is when it is opened: of formats that keep snapshots all that follows
 * reads the same one.
 *
 * @param name as the user gave it
 * @param rows all of it, nothing read yet; one partition for each {@link #unit()}
 * @param format parquet, delta or iceberg
 * @param snapshot names its state; {@code null} where the format keeps none
 * @param root what paths of its files begin with
 */
record TableSource(
    String name, Dataset<Row> rows, TableFormat format, String snapshot, String root) {
  /** Bytes of a file that one task reads; larger files are cut. */
  static final long BLOCK = 32L << 20;

  /**
   * @param table its name in a catalog, or the path of its folder or file
   * @param format {@code null} to find out
   * @throws InputException when there is none, or it is not one of files
   */
  static TableSource open(SparkSession spark, String table, String format) {
    try {
      return isPath(spark, table) ? ofPath(spark, table, format) : ofName(spark, table, format);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(table, e.getMessage()), e);
    } catch (Exception e) {
      if (e instanceof SparkThrowable said) { // checked, though Scala does not say so
        throw new InputException(
            "%s: cannot be read as a table: %s".formatted(table, problem(said)), e);
      }
      throw e;
    }
  }

  /** Whether it can be no name of a catalog. */
  static boolean isPath(String table) {
    return table.contains("/") || table.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
  }

  private static boolean isPath(SparkSession spark, String table) throws IOException {
    if (isPath(table)) {
      return true;
    }
    Path path = new Path(table);
    return fileSystem(spark, path).exists(path);
  }

  private static FileSystem fileSystem(SparkSession spark, Path path) throws IOException {
    return path.getFileSystem(spark.sessionState().newHadoopConf());
  }

  private static TableSource ofPath(SparkSession spark, String table, String given)
      throws IOException {
    Path path = new Path(table);
    FileSystem files = fileSystem(spark, path);
    if (!files.exists(path)) {
      throw new InputException(
          table
              + ": there is no such folder or file; expected a table of Parquet, Delta or Iceberg");
    }
    TableFormat format = given == null ? TableFormat.found(files, path) : TableFormat.named(given);
    format.require(table);
    String snapshot = format.snapshot(spark, table);
    Dataset<Row> rows = format.read(inBlocks(spark), table, snapshot);
    Path root = files.makeQualified(files.getFileStatus(path).isFile() ? path.getParent() : path);
    return new TableSource(
        table,
        handed(spark, rows),
        format,
        snapshot,
        format == TableFormat.ICEBERG ? root.toString() : root.toUri().toString());
  }

  private static TableSource ofName(SparkSession spark, String table, String given) {
    if (!spark.catalog().tableExists(table)) {
      throw new InputException(
          "%s: neither a path nor a table of a catalog; give the path, or --conf spark.sql.catalog... to spark-submit"
              .formatted(table));
    }
    Map<String, String> described = described(spark, table);
    String provider = described.getOrDefault("Provider", "").toLowerCase(Locale.ROOT);
    TableFormat format = TableFormat.named(given == null ? provider : given);
    String snapshot = format.snapshotOfName(spark, table);
    Dataset<Row> rows = format.table(inBlocks(spark), table, snapshot);
    return new TableSource(
        table,
        handed(spark, rows),
        format,
        snapshot,
        described.getOrDefault("Location", "").replaceFirst("^file:/+", "file:/"));
  }

  private static Map<String, String> described(SparkSession spark, String table) {
    Map<String, String> found = new java.util.HashMap<>();
    for (Row row : spark.sql("DESCRIBE TABLE EXTENDED " + table).collectAsList()) {
      found.put(row.getString(0), row.isNullAt(1) ? "" : row.getString(1));
    }
    return found;
  }

  /** How files are cut is a setting of the session that reads: a clone of the user's has it. */
  private static org.apache.spark.sql.classic.SparkSession inBlocks(SparkSession spark) {
    org.apache.spark.sql.classic.SparkSession reader =
        ((org.apache.spark.sql.classic.SparkSession) spark).cloneSession();
    reader.conf().set("spark.sql.files.maxPartitionBytes", BLOCK);
    reader.conf().set("spark.sql.files.openCostInBytes", 1L << 40);
    reader.conf().unset("spark.sql.files.maxPartitionNum");
    // pandas writes times in nanoseconds, for which Spark refuses the whole table
    reader.conf().set("spark.sql.legacy.parquet.nanosAsLong", true);
    return reader;
  }

  private static Dataset<Row> handed(SparkSession spark, Dataset<Row> rows) {
    return org.apache.spark.sql.classic.Dataset.ofRows(
        (org.apache.spark.sql.classic.SparkSession) spark,
        ((org.apache.spark.sql.classic.Dataset<Row>) rows).queryExecution().analyzed());
  }

  /** With what to do, where Spark does not say so. */
  private static String problem(SparkThrowable e) {
    String said = firstLine(((Throwable) e).getMessage());
    return switch (e.getCondition() == null ? "" : e.getCondition()) {
      case "UNABLE_TO_INFER_SCHEMA" -> "there is no file of Parquet in it";
      case "COLUMN_ALREADY_EXISTS" ->
          said + " With spark.sql.caseSensitive=true columns may differ in upper case alone.";
      case "PARQUET_TYPE_ILLEGAL" -> said + " Write the table without columns of this type.";
      case "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER" ->
          said + " Systems are read by import -s and rescreen --frames.";
      default -> said;
    };
  }

  /** What Spark says is wrong, without where in a text of its own. */
  static String firstLine(String message) {
    return message == null
        ? ""
        : message
            .lines()
            .filter(line -> !line.isBlank())
            .findFirst()
            .orElse("")
            .replaceFirst("; line \\d+ pos \\d+;*$", "")
            .replaceFirst(" SQLSTATE: \\w+$", "");
  }

  /** The file of a row, below the table's root. */
  Column file() {
    String path = root.replaceFirst("^file:/+", "file:/").replaceAll("/+$", "");
    return format.decoded(
        functions.regexp_replace(
            functions.regexp_replace(format.file(), "^file:/+", "file:/"),
            "^" + java.util.regex.Pattern.quote(path) + "/*",
            ""));
  }

  /** The row's number in its file. */
  Column position() {
    return format.position();
  }

  /** Names what one task reads: a file, or a block of one. */
  Column unit() {
    return format.unit(file());
  }

  /** Columns of the table that a condition can use. */
  List<String> columns() {
    return List.of(rows.columns());
  }

  /**
   * A column by its name in a mapping: as SQL writes it, or the names of its fields joined by dots,
   * which may hold dots themselves.
   */
  Column column(String name) {
    return col(new ColumnNames(rows.schema()).sql(name));
  }

  /** All columns that a mapping may name; those of structs as {@code struct.field}. */
  List<String> names() {
    return new ColumnNames(rows.schema()).all();
  }
}
