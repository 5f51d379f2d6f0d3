package org.dpsieve.spark.table;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.dpsieve.error.InputException;

/**
 * Rows of a Delta table that know their number in the file. Delta Lake says it of tables with
 * deletion vectors or row tracking alone. The files of all others hold nothing but rows of the
 * table, so that Spark's own reader can take them.
 */
final class DeltaFiles {
  private DeltaFiles() {}

  /**
   * @param table as SQL names it
   * @param rows of a snapshot, as Delta reads them
   * @throws InputException for a table that only Delta can read, and cannot number
   */
  static Dataset<Row> numbered(SparkSession spark, String table, Dataset<Row> rows) {
    if (isNumbered(rows)) {
      return rows;
    }
    Row detail =
        spark
            .sql("DESCRIBE DETAIL " + table)
            .select("location", "partitionColumns", "properties")
            .first();
    String[] files = rows.inputFiles();
    List<String> partitions = detail.getList(1);
    String names =
        detail.<String, String>getJavaMap(2).getOrDefault("delta.columnMapping.mode", "none");
    if (!names.equals("none") || !areInPaths(partitions, files)) {
      throw new InputException(
          "%s: Delta does not say which row of a file is which, and the files' own columns are not those of the table (%s); ALTER TABLE %s SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true') mends that"
              .formatted(
                  table,
                  names.equals("none")
                      ? "partitioned by %s, which is not in the paths"
                          .formatted(String.join(", ", partitions))
                      : "delta.columnMapping.mode = " + names,
                  table));
    }
    if (files.length == 0) {
      throw new InputException(table + ": no rows");
    }
    return spark
        .read()
        .schema(rows.schema())
        .option("basePath", detail.getString(0))
        .parquet(files);
  }

  private static boolean isNumbered(Dataset<Row> rows) {
    try {
      rows.select(functions.col("_metadata.row_index"));
      return true;
    } catch (Exception e) {
      if (e instanceof AnalysisException) { // checked, though Scala does not say so
        return false;
      }
      throw e;
    }
  }

  private static boolean areInPaths(List<String> partitions, String[] files) {
    return partitions.stream()
        .allMatch(name -> Arrays.stream(files).allMatch(file -> file.contains("/" + name + "=")));
  }
}
