package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pow;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.loop.Facts;
import org.dpsieve.outputlayer.property.PropertySpread;
import org.dpsieve.spark.deviation.PropertyStage;

/** What errors a pool is to expect of models of a property. */
final class ExpectedProperty {
  /** In terms of the labels' noise: of a frame with more than that a model knows nothing. */
  private static final double MOST = 1e6;

  private final double unit;

  /**
   * @param spreads of the models
   */
  ExpectedProperty(List<PropertySpread> spreads) {
    double noise =
        spreads.stream()
            .flatMapToDouble(spread -> Arrays.stream(spread.noise()))
            .max()
            .orElseThrow();
    this.unit = noise > 0 ? noise : 1;
  }

  /**
   * Root mean square over frames that can be evaluated, and components.
   *
   * @param deviations rows with {@code rms_sigma_p}
   * @param gone more of such; {@code null} for none
   */
  Facts.Expected of(Dataset<Row> deviations, Dataset<Row> gone) {
    Dataset<Row> all = gone == null ? deviations : deviations.union(gone);
    // as decimals: their sum has the same digits in any order
    Row row =
        all.where(not(isnan(col(PropertyStage.RMS_SIGMA))))
            .select(
                pow(least(col(PropertyStage.RMS_SIGMA).divide(unit), lit(MOST)), 2).as("square"))
            .agg(count(lit(1)), expr("double(sum(cast(square AS decimal(38,20))))"))
            .head();
    long frames = row.getLong(0);
    return Facts.Expected.ofProperty(
        frames, frames == 0 ? Double.NaN : unit * Math.sqrt(row.getDouble(1) / frames));
  }
}
