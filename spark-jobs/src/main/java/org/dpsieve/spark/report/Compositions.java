package org.dpsieve.spark.report;

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

  /** Frames by formula: as many entries as there are compositions. */
  static Map<String, Long> count(Dataset<Row> frames) {
    Map<String, Long> counts = new HashMap<>();
    frames
        .groupBy("formula")
        .count()
        .collectAsList()
        .forEach(row -> counts.put(row.getString(0), row.getLong(1)));
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
