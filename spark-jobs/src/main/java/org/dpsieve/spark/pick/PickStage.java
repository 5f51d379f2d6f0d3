package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF4;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.error.InputException;
import org.dpsieve.label.FrameScreen;
import org.dpsieve.pick.Decision;
import org.dpsieve.pick.FrameClass;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.spark.frames.FrameRows;

/**
 * From deviations to what is done with every frame of the pool: transformations of Spark datasets,
 * all deterministic in seed, iteration and frames, whatever the partitions. The driver never holds
 * more than the picked frames' ids.
 */
public final class PickStage {
  /** Of {@link #skipped}. */
  public static final StructType SKIPPED_SCHEMA =
      new StructType()
          .add("frame_id", StringType, false)
          .add("skip_reason", StringType, false)
          .add("skip_detail", StringType, false);

  /**
   * Of each partition the driver is sent as many rows as are picked, some 90 bytes each: of 3,815
   * (ten million frames of 50 atoms in part files) and 5,000 picks that would be all of them, and
   * near the 1 GB that {@code spark.driver.maxResultSize} allows.
   */
  private static final int MOST_PARTS = 200;

  private PickStage() {}

  /**
   * Frames that are never picked. It depends on geometry alone, so a run asks once.
   *
   * @param frames rows of the frames dataset
   * @return rows of {@link #SKIPPED_SCHEMA}, only for unfit frames
   */
  public static Dataset<Row> skipped(Dataset<Row> frames, FrameScreen screen) {
    return frames.mapPartitions(
        (MapPartitionsFunction<Row, Row>) rows -> unfit(rows, screen),
        Encoders.row(SKIPPED_SCHEMA));
  }

  private static Iterator<Row> unfit(Iterator<Row> rows, FrameScreen screen) {
    List<Row> found = new ArrayList<>();
    rows.forEachRemaining(
        row ->
            screen
                .check(FrameRows.toFrame(row))
                .ifPresent(
                    finding ->
                        found.add(
                            RowFactory.create(
                                row.getAs("frame_id"), finding.reason(), finding.detail()))));
    return found.iterator();
  }

  /**
   * Adds the column {@code class}: {@code accurate}, {@code candidate} or {@code failed}.
   *
   * @param deviations rows with {@code frame_id, max_devi_f} (eV/Å) and {@code devi_e} (eV per
   *     atom); with trust levels on the true error also {@code true_error_f, true_error_e} in the
   *     same units. Of a run for a property the column of its measure. A missing value (null) is
   *     taken as NaN.
   */
  public static Dataset<Row> classify(Dataset<Row> deviations, TrustLevels levels) {
    if (levels.property() != null) {
      UDF1<Double, String> ofMeasure = value -> levels.classify(value).key();
      return deviations.withColumn(
          "class", udf(ofMeasure, StringType).apply(number(deviations, levels.measure().column())));
    }
    UDF4<Double, Double, Double, Double, String> rule =
        (f, e, trueF, trueE) -> levels.classify(f, e, trueF, trueE).key();
    boolean trueError = levels.usesTrueError();
    return deviations.withColumn(
        "class",
        udf(rule, StringType)
            .apply(
                number(deviations, "max_devi_f"),
                number(deviations, "devi_e"),
                trueError ? number(deviations, "true_error_f") : lit(0.0),
                trueError ? number(deviations, "true_error_e") : lit(0.0)));
  }

  private static Column number(Dataset<Row> deviations, String column) {
    if (!Set.of(deviations.columns()).contains(column)) {
      throw new InputException(
          "The deviations have no column '%s' (found: %s), which the trust levels ask for"
              .formatted(column, String.join(", ", deviations.columns())));
    }
    return coalesce(col(column).cast(DoubleType), lit(Double.NaN));
  }

  /**
   * Iteration 0: {@code number} frames of the whole pool, the models not consulted.
   *
   * @param pool rows with {@code frame_id}, each id once
   * @param skipped as {@link #skipped} gives them
   * @return as {@link #decide}, with {@code class} candidate for every frame
   */
  public static Dataset<Row> decideFirst(
      Dataset<Row> pool, Dataset<Row> skipped, PickOrder strategy, long seed, int number) {
    Dataset<Row> all = pool.select("frame_id").withColumn("class", lit(FrameClass.CANDIDATE.key()));
    return decide(all, skipped, strategy, seed, 0, number);
  }

  /**
   * What happens to every frame of an iteration's pool. Unfit candidates make room for the next in
   * order. Picking is an action: the ids of the picked frames come to the driver.
   *
   * @param classes rows with {@code frame_id, class} as {@link #classify} gives them, each id once;
   *     other columns are kept
   * @param skipped as {@link #skipped} gives them; ids outside the pool do no harm
   * @param number most frames to pick
   * @return {@code classes} with the columns {@code decision} ({@link Decision#key()}) and, for
   *     skipped frames, {@code skip_reason} and {@code skip_detail}
   */
  public static Dataset<Row> decide(
      Dataset<Row> classes,
      Dataset<Row> skipped,
      PickOrder strategy,
      long seed,
      int iteration,
      int number) {
    Column accurate = col("class").equalTo(FrameClass.ACCURATE.key());
    Dataset<Row> screened =
        classes
            .join(skipped, "frame_id", "left")
            .withColumn("skip_reason", when(accurate, null).otherwise(col("skip_reason")))
            .withColumn("skip_detail", when(accurate, null).otherwise(col("skip_detail")));
    Dataset<Row> candidates =
        screened
            .where(
                col("class").equalTo(FrameClass.CANDIDATE.key()).and(col("skip_reason").isNull()))
            .coalesce(MOST_PARTS);
    // Taken to the driver at once, so that the choice is made once, not again by every later use.
    List<Row> ids =
        strategy
            .order(candidates, seed, iteration)
            .limit(number)
            .select("frame_id")
            .collectAsList();
    Dataset<Row> picked =
        classes
            .sparkSession()
            .createDataFrame(ids, new StructType().add("frame_id", StringType, false))
            .withColumn("picked", lit(true));
    return screened
        .join(broadcast(picked), new String[] {"frame_id"}, "left")
        .withColumn(
            "decision",
            when(accurate, Decision.ACCURATE.key())
                .when(col("skip_reason").isNotNull(), Decision.SKIPPED.key())
                .when(col("class").equalTo(FrameClass.FAILED.key()), Decision.FAILED.key())
                .when(col("picked"), Decision.PICKED.key())
                .otherwise(Decision.REST.key()))
        .drop("picked");
  }

  /**
   * The next iteration's pool: rest, failed, and the picked frames that came back without a label
   * (DP-GEN loses those).
   *
   * @param decisions as {@link #decide} gives them
   * @param labelled rows with {@code frame_id} of the frames labelled in this iteration
   * @return rows with {@code frame_id}
   */
  public static Dataset<Row> remaining(Dataset<Row> decisions, Dataset<Row> labelled) {
    return decisions
        .where(
            col("decision").isin(Decision.REST.key(), Decision.FAILED.key(), Decision.PICKED.key()))
        .select("frame_id")
        .join(labelled.select("frame_id"), new String[] {"frame_id"}, "left_anti");
  }
}
