package org.dpsieve.spark.report;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.report.RunReport;

/** Counts of frames by formula. */
final class Compositions {
  private Compositions() {}

  /** Frames of the pool by formula. */
  static Dataset<Row> count(Dataset<Row> frames) {
    return frames.groupBy("formula").count();
  }

  /**
   * The most frequent formulas of the pool.
   *
   * @param labelled frames with a new label, {@code null} when there are none
   */
  static List<RunReport.Composition> of(Dataset<Row> pool, Dataset<Row> labelled, int most) {
    Dataset<Row> counts = pool.withColumnRenamed("count", "pool");
    counts =
        labelled == null
            ? counts.withColumn("labelled", lit(0L))
            : counts.join(
                count(labelled).withColumnRenamed("count", "labelled"),
                new String[] {"formula"},
                "left");
    return counts
        .orderBy(col("pool").desc(), col("formula"))
        .limit(most)
        .select(col("formula"), col("pool"), coalesce(col("labelled"), lit(0L)))
        .collectAsList()
        .stream()
        .map(row -> new RunReport.Composition(row.getString(0), row.getLong(1), row.getLong(2)))
        .toList();
  }
}
