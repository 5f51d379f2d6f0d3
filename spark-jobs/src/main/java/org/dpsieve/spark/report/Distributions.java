package org.dpsieve.spark.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log10;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.loop.Facts;
import org.dpsieve.pick.Decision;
import org.dpsieve.pick.Measure;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.report.RunReport;

/** Counts of frames by deviation. */
final class Distributions {
  /** Bins to a factor of ten. */
  private static final int PER_DECADE = 20;

  private Distributions() {}

  /**
   * @param table rows with the measure; with {@code decision} where frames were picked
   */
  static RunReport.Distribution of(
      Dataset<Row> table, Measure measure, Integer iteration, TrustBand levels) {
    Column deviation = col(measure.column());
    Column picked =
        Set.of(table.columns()).contains("decision")
            ? col("decision").equalTo(Decision.PICKED.key())
            : lit(false);
    List<Row> rows = // few: to sort them there would be a job of its own
        new ArrayList<>(
            table
                .groupBy(
                    when(
                            deviation.gt(0).and(deviation.lt(Double.POSITIVE_INFINITY)),
                            floor(log10(deviation).multiply(PER_DECADE)))
                        .as("bin"))
                .agg(count(lit(1)), count(when(picked, 1)))
                .collectAsList());
    rows.sort(
        Comparator.comparing(
            row -> row.isNullAt(0) ? null : row.getLong(0),
            Comparator.nullsFirst(Comparator.naturalOrder())));
    List<RunReport.Bin> bins = new ArrayList<>();
    long outside = 0;
    for (Row row : rows) {
      if (row.isNullAt(0)) {
        outside += row.getLong(1);
      } else {
        bins.add(
            new RunReport.Bin(
                edge(row.getLong(0)), edge(row.getLong(0) + 1), row.getLong(1), row.getLong(2)));
      }
    }
    return new RunReport.Distribution(iteration, levels, bins, outside);
  }

  /**
   * Quantiles of the measure by formula, the most frequent formulas first.
   *
   * @param table rows with {@code frame_id} and the measure
   * @param pool rows with {@code frame_id, formula}
   */
  static List<RunReport.FormulaDeviation> byFormula(
      Dataset<Row> table, Measure measure, Dataset<Row> pool, int most) {
    Column deviation = col(measure.column());
    return table
        .select("frame_id", measure.column())
        .where(deviation.isNotNull().and(not(isnan(deviation))))
        .join(pool.select("frame_id", "formula"), "frame_id")
        .groupBy("formula")
        .agg(
            count(lit(1)).as("frames"),
            expr("percentile_approx(%s, array(0.5, 0.9, 0.99, 1.0))".formatted(measure.column())))
        .orderBy(col("frames").desc(), col("formula"))
        .limit(most)
        .collectAsList()
        .stream()
        .map(
            row -> {
              List<Double> q = row.getList(2);
              return new RunReport.FormulaDeviation(
                  row.getString(0),
                  row.getLong(1),
                  new Facts.Quantiles(q.get(0), q.get(1), q.get(2), q.get(3)));
            })
        .toList();
  }

  private static double edge(long bin) {
    return Math.pow(10, (double) bin / PER_DECADE);
  }
}
