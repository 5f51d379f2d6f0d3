package org.dpsieve.spark.rescreen;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log10;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.dpsieve.pick.FrameClass;
import org.dpsieve.pick.Measure;

/**
 * Frames, classes and quantiles of the measure of every formula. Quantiles come from a histogram
 * with 200 bins a decade, so that any number of frames is summed up exactly, in any order, to the
 * same text; they are the upper edge of their bin, at most 1.2 % too large.
 */
final class FormulaSummary {
  static final String ALL = "(all)";
  private static final int BINS_PER_DECADE = 200;
  private static final double[] QUANTILES = {0.5, 0.9, 0.99};

  private FormulaSummary() {}

  /**
   * @param deviations {@code formula, natoms, class} and the measure
   * @return a row for all frames, then one per formula: formula, natoms (null for all), frames,
   *     accurate, candidate, failed, three quantiles and the maximum (null without a number),
   *     frames whose numbers are NaN
   */
  static List<Row> of(Dataset<Row> deviations, Measure measure) {
    List<Row> rows =
        new ArrayList<>(
            summary(
                    deviations.withColumn("formula", lit(ALL)).withColumn("natoms", lit(null)),
                    measure)
                .collectAsList());
    rows.addAll(summary(deviations, measure).collectAsList());
    return rows;
  }

  private static Dataset<Row> summary(Dataset<Row> deviations, Measure measure) {
    Column value = col(measure.column());
    Dataset<Row> counts =
        deviations
            .groupBy("formula")
            .agg(
                max("natoms").as("natoms"),
                count(lit(1)).as("frames"),
                of(FrameClass.ACCURATE),
                of(FrameClass.CANDIDATE),
                of(FrameClass.FAILED),
                max(when(not(isnan(value)), value)).as("max"),
                count(when(isnan(value), 1)).as("not_evaluated"));
    Column bin =
        when(value.gt(0), floor(log10(value).multiply(BINS_PER_DECADE))).otherwise(lit(-100_000L));
    WindowSpec upTo = Window.partitionBy("formula").orderBy("bin");
    Dataset<Row> bins =
        deviations
            .where(not(isnan(value)))
            .groupBy(col("formula"), bin.as("bin"))
            .agg(count(lit(1)).as("n"))
            .withColumn("cumulative", sum("n").over(upTo))
            .withColumn("total", sum("n").over(Window.partitionBy("formula")));
    Column[] quantiles = new Column[QUANTILES.length];
    for (int k = 0; k < QUANTILES.length; k++) {
      Column reached = col("cumulative").geq(col("total").multiply(QUANTILES[k]));
      quantiles[k] =
          min(when(
                  reached,
                  pow(lit(10.0), col("bin").plus(1).cast("double").divide(BINS_PER_DECADE))))
              .as("q" + k);
    }
    return counts
        .join(
            bins.groupBy("formula").agg(quantiles[0], quantiles[1], quantiles[2]),
            new String[] {"formula"},
            "left")
        .orderBy("formula")
        .select(
            col("formula"),
            col("natoms"),
            col("frames"),
            col(FrameClass.ACCURATE.key()),
            col(FrameClass.CANDIDATE.key()),
            col(FrameClass.FAILED.key()),
            least(col("q0"), col("max")).as("q0"),
            least(col("q1"), col("max")).as("q1"),
            least(col("q2"), col("max")).as("q2"),
            col("max"),
            col("not_evaluated"));
  }

  private static Column of(FrameClass kind) {
    return count(when(col("class").equalTo(kind.key()), 1)).as(kind.key());
  }

  /** Tab-separated, with a header; classes only where there are levels. */
  static String text(List<Row> rows, boolean classes, Measure measure) {
    StringBuilder text = new StringBuilder("formula\tnatoms\tframes");
    text.append(classes ? "\taccurate\tcandidate\tfailed" : "");
    String unit = measure.unit().isEmpty() ? "" : " (" + measure.unit().replace('Å', 'A') + ")";
    for (String which : List.of("50", "90", "99", "max")) {
      text.append('\t').append(measure.column()).append('_').append(which).append(unit);
    }
    text.append("\tnot_evaluated\n");
    for (Row row : rows) {
      StringJoiner line = new StringJoiner("\t", "", "\n");
      for (int k = 0; k < row.length(); k++) {
        if (k < 3 || k > 5 || classes) {
          line.add(cell(row.get(k)));
        }
      }
      text.append(line);
    }
    return text.toString();
  }

  private static String cell(Object value) {
    if (value == null) {
      return "-";
    }
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%.6f", number)
        : value.toString();
  }
}
