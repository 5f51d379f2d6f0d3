package org.dpsieve.spark.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.report.RunReport;

/** Counts of frames by formula. */
final class Compositions {
  private Compositions() {}

  /**
   * Frames by formula: as many entries as there are compositions.
   *
   * @param tables counted each by itself, in one job
   * @return by the tables' keys
   */
  static Map<Integer, Map<String, Long>> count(Map<Integer, Dataset<Row>> tables) {
    Map<Integer, Map<String, Long>> counts = new HashMap<>();
    Dataset<Row> all = null;
    for (Map.Entry<Integer, Dataset<Row>> table : tables.entrySet()) {
      counts.put(table.getKey(), new HashMap<>());
      Dataset<Row> one = table.getValue().select(lit(table.getKey()).as("key"), col("formula"));
      all = all == null ? one : all.union(one);
    }
    if (all != null) {
      all.groupBy("key", "formula")
          .count()
          .collectAsList()
          .forEach(row -> counts.get(row.getInt(0)).put(row.getString(1), row.getLong(2)));
    }
    return counts;
  }

  /**
   * The most frequent formulas of the pool.
   *
   * @param labelled frames with a new label
   */
  static List<RunReport.Composition> of(
      Map<String, Long> pool, Map<String, Long> labelled, int most) {
    return pool.entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<String, Long> entry) -> -entry.getValue())
                .thenComparing(Map.Entry::getKey))
        .limit(most)
        .map(
            entry ->
                new RunReport.Composition(
                    entry.getKey(), entry.getValue(), labelled.getOrDefault(entry.getKey(), 0L)))
        .toList();
  }
}
