package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.when;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Formula;
import org.dpsieve.loop.Facts;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.pick.Measure;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.frames.PartSize;
import org.dpsieve.spark.frames.PartsManifest;
import org.dpsieve.uncertainty.Reliability;

/** The thin tables of a run, keyed by {@code frame_id}, and what is counted in them. */
final class Tables {
  /**
   * eV per atom or eV/Å: of a frame with more than that a model knows nothing, and one such would
   * be all of a pool's mean square.
   */
  private static final double MOST_SIGMA = 1000;

  /** Where fewer frames than this part have a smaller one, nothing is known of the pool. */
  private static final double MOST_TOLD = 0.9;

  private static final int ROWS_PER_FILE = 1_000_000;

  private Tables() {}

  static Dataset<Row> read(SparkSession spark, Path folder) {
    return FramesDataset.readParts(
        spark, folder.toString(), List.of("frame_id"), "a table of frames");
  }

  /** How many rows a table has. */
  static long size(SparkSession spark, Path folder) {
    return ParquetCommit.manifest(spark, folder.toString()).orElseThrow().rows();
  }

  /**
   * @param most rows that there can be
   */
  static void write(Dataset<Row> rows, long most, Path target) {
    write(rows, List.of("frame_id"), most, ROWS_PER_FILE, target);
  }

  /** The same in another order. */
  static void write(Dataset<Row> rows, List<String> order, long most, Path target) {
    write(rows, order, most, ROWS_PER_FILE, target);
  }

  /** Frames with labels, as {@link #write(Dataset, long, Path)}. */
  static PartsManifest writeFrames(Dataset<Row> rows, long most, int rowsPerFile, Path target) {
    return write(rows, List.of("formula", "frame_id"), most, rowsPerFile, target);
  }

  private static PartsManifest write(
      Dataset<Row> rows, List<String> order, long most, int rowsPerFile, Path target) {
    return most <= rowsPerFile
        ? ParquetCommit.writeOne(rows, order, target.toString(), Map.of())
        : ParquetCommit.write(rows, order, PartSize.rows(rowsPerFile), target.toString(), Map.of());
  }

  /** All rows of two tables; columns that one of them does not have are null. */
  static Dataset<Row> union(Dataset<Row> some, Dataset<Row> more) {
    return some.unionByName(more, true);
  }

  /** The rows of {@code frames} whose ids are in the other table. */
  static Dataset<Row> in(Dataset<Row> frames, Dataset<Row> ids) {
    return frames.join(
        ids.select("frame_id"), frames.col("frame_id").equalTo(ids.col("frame_id")), "left_semi");
  }

  /** The rows of {@code frames} whose ids are not. */
  static Dataset<Row> notIn(Dataset<Row> frames, Dataset<Row> ids) {
    return frames.join(
        ids.select("frame_id"), frames.col("frame_id").equalTo(ids.col("frame_id")), "left_anti");
  }

  /** Rows by set of types: {@code Ag4Au4} counts for {@code Ag-Au}. */
  static SortedMap<String, Long> byElements(Dataset<Row> frames) {
    // counts to ones, but for digits within the brackets of a type name
    Column types = regexp_replace(col("formula"), lit("[0-9]+(?![^(]*\\))"), lit("1"));
    return byElements(counts(frames, types));
  }

  /** The same of counts by formula. */
  static SortedMap<String, Long> byElements(Map<String, Long> byFormula) {
    SortedMap<String, Long> sets = new TreeMap<>();
    byFormula.forEach(
        (key, rows) -> sets.merge(String.join("-", Formula.types(key)), rows, Long::sum));
    return sets;
  }

  /** Rows by the value of a column; rows without value are left out. */
  static SortedMap<String, Long> counts(Dataset<Row> rows, Column by) {
    SortedMap<String, Long> counts = new TreeMap<>();
    for (Row row :
        rows.groupBy(by.as("key")).count().where(col("key").isNotNull()).collectAsList()) {
      counts.put(row.getString(0), row.getLong(1));
    }
    return counts;
  }

  /** Exact quantiles of {@code max_devi_f} over its rows that are numbers. */
  static Facts.Deviation deviation(Dataset<Row> deviations) {
    return deviation(deviations, Measure.FORCE);
  }

  /** The same of another measure. */
  static Facts.Deviation deviation(Dataset<Row> deviations, Measure measure) {
    Column value = col(measure.column());
    Column number = not(value.isNull().or(value.isNaN()));
    Row row =
        deviations
            .agg(
                count(lit(1)),
                count(when(number, 1)),
                expr(
                    "percentile(nullif(%s, double('NaN')), array(0.5, 0.9, 0.99))"
                        .formatted(measure.column())),
                max(when(number, value)))
            .head();
    long frames = row.getLong(0);
    long numbers = row.getLong(1);
    if (numbers == 0) {
      return new Facts.Deviation(
          frames, new Facts.Quantiles(Double.NaN, Double.NaN, Double.NaN, Double.NaN), frames);
    }
    List<Double> quantiles = row.getList(2);
    return new Facts.Deviation(
        frames,
        new Facts.Quantiles(quantiles.get(0), quantiles.get(1), quantiles.get(2), row.getDouble(3)),
        frames - numbers);
  }

  /** What errors are expected of each frame: the sharper way where there is one. */
  static Dataset<Row> told(Dataset<Row> rows, Reliability found) {
    List<String> columns = List.of(rows.columns());
    Column energy = col("sigma_e").multiply(found.energy().scale());
    Column force = col("rms_sigma_f").multiply(found.force().scale());
    return rows.select(
        col("max_devi_f"),
        (columns.contains("expected_e") ? coalesce(col("expected_e"), energy) : energy)
            .as("sigma_e"),
        (columns.contains("rms_expected_f") ? coalesce(col("rms_expected_f"), force) : force)
            .as("rms_sigma_f"));
  }

  /** A standard deviation that says something, or is not known (NaN). */
  private static Column within(String column) {
    return col(column).isNaN().or(col(column).leq(MOST_SIGMA));
  }

  /**
   * Root mean square of the errors that frames are to expect, by what it was on labels left out;
   * frames whose geometry makes no sense, or of which models know nothing, are left out.
   *
   * @param deviations rows with {@code max_devi_f, sigma_e, rms_sigma_f}, and {@code expected_e,
   *     rms_expected_f} where labels are predicted from old ones
   * @param gone frames that are not among them, as {@link #told} has them by the models that they
   *     were last asked of; {@code null} for none
   */
  static Facts.Expected expected(
      Dataset<Row> deviations, Dataset<Row> gone, UncertaintyFiles.Numbers numbers) {
    Dataset<Row> sigmas = told(deviations, numbers.reliability());
    if (gone != null) {
      sigmas = sigmas.union(gone);
    }
    // as decimals: their sum has the same digits in any order
    Row row =
        sigmas
            .where("NOT isnan(max_devi_f)")
            .withColumn("told", within("sigma_e").and(within("rms_sigma_f")))
            .withColumn("sigma_e", when(col("told"), col("sigma_e")))
            .withColumn("rms_sigma_f", when(col("told"), col("rms_sigma_f")))
            .agg(
                count(when(col("told"), 1)),
                count(when(col("sigma_e").isNaN().or(col("rms_sigma_f").isNaN()), 1)),
                expr("double(sum(cast(sigma_e * sigma_e AS decimal(38,20))))"),
                expr("double(sum(cast(rms_sigma_f * rms_sigma_f AS decimal(38,20))))"),
                count(lit(1)))
            .head();
    long frames = row.getLong(0);
    boolean most = frames >= MOST_TOLD * row.getLong(4);
    boolean known =
        most && frames > 0 && row.getLong(1) == 0 && !row.isNullAt(2) && !row.isNullAt(3);
    double energy = known ? Math.sqrt(row.getDouble(2) / frames) : Double.NaN;
    double force = known ? Math.sqrt(row.getDouble(3) / frames) : Double.NaN;
    LearningCurve curve = numbers.curve();
    long labels = numbers.labels();
    long then = labels + Facts.Expected.NEXT;
    return new Facts.Expected(
        frames,
        energy,
        force,
        curve == null ? Double.NaN : energy * curve.energyRatio(labels, then),
        curve == null ? Double.NaN : force * curve.forceRatio(labels, then));
  }
}
