package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.loop.Facts;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.transfer.Foretold;

/**
 * Where the final models are expected to be wrong: {@code worst_frames.tsv}, and how well that, and
 * the deviation, foretell the errors found on frames never labelled.
 */
final class WorstFrames {
  private static final int MOST = 100;

  private final SparkSession spark;

  /** Of the whole pool, by the final models. */
  private final Dataset<Row> deviation;

  private final Set<String> columns;

  WorstFrames(SparkSession spark, Path deviation) {
    this.spark = spark;
    this.deviation = Tables.read(spark, deviation);
    this.columns = Set.of(this.deviation.columns());
  }

  /** Largest force error of a frame as it is expected, eV/Å: the sharpest way there is. */
  private Column expected() {
    return columns.contains("expected_f")
        ? col("expected_f")
        : columns.contains("sigma_f") ? col("sigma_f") : col("max_devi_f");
  }

  private Column orNull(String column) {
    return columns.contains(column) ? col(column) : lit(null).cast("double");
  }

  /**
   * Worst first, as tab-separated text.
   *
   * @param pool rows of the frames dataset
   */
  void write(Dataset<Row> pool, Path target) throws IOException {
    List<Row> worst =
        deviation
            .where("NOT isnan(max_devi_f)")
            .withColumn("expected", expected())
            .orderBy(coalesce(col("expected"), lit(0.0)).desc(), col("frame_id"))
            .limit(MOST)
            .select(
                col("frame_id"),
                orNull("expected_f").as("expected_f"),
                orNull("expected_e").as("expected_e"),
                orNull("sigma_f").as("sigma_f"),
                col("max_devi_f"))
            .collectAsList();
    Map<String, Row> places = new TreeMap<>();
    pool.join(spark.createDataFrame(worst, deviationRows(worst)).select("frame_id"), "frame_id")
        .select("frame_id", "system", "index", "formula")
        .collectAsList()
        .forEach(row -> places.put(row.getString(0), row));
    String head =
        "frame_id\tsystem\tindex\tformula\texpected_f (eV/Å)\texpected_e (eV/atom)\tsigma_f (eV/Å)\tmax_devi_f (eV/Å)\n";
    Files.writeString(
        target,
        worst.stream()
            .map(
                row -> {
                  Row place = places.get(row.getString(0));
                  return row.getString(0)
                      + "\t"
                      + (place == null ? "\t\t" : place.mkString("\t").split("\t", 2)[1])
                      + "\t"
                      + text(row, 1)
                      + "\t"
                      + text(row, 2)
                      + "\t"
                      + text(row, 3)
                      + "\t"
                      + text(row, 4)
                      + "\n";
                })
            .collect(Collectors.joining("", head, "")));
  }

  private static org.apache.spark.sql.types.StructType deviationRows(List<Row> rows) {
    return rows.isEmpty()
        ? new org.apache.spark.sql.types.StructType()
            .add("frame_id", org.apache.spark.sql.types.DataTypes.StringType)
        : rows.get(0).schema();
  }

  private static String text(Row row, int column) {
    return row.isNullAt(column) ? "" : Double.toString(row.getDouble(column));
  }

  /**
   * @param heldOut rows of the frames dataset with new labels, of frames never labelled
   * @param models that can be read
   */
  List<Facts.Foretold> foretold(Dataset<Row> heldOut, List<DeepPotential> models) {
    List<Row> rows;
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models)) {
      rows =
          DeviationStage.applyWithTrueError(heldOut.where("force IS NOT NULL"), ensemble)
              .select(col("frame_id"), col("true_error_f"))
              .join(
                  deviation.select(
                      col("frame_id"),
                      col("max_devi_f"),
                      orNull("sigma_f").as("sigma_f"),
                      orNull("expected_f").as("expected_f")),
                  "frame_id")
              .where("NOT isnan(true_error_f) AND NOT isnan(max_devi_f)")
              .orderBy("frame_id")
              .collectAsList();
    }
    double[] found = numbers(rows, "true_error_f");
    List<Facts.Foretold> all = new ArrayList<>();
    for (String by : List.of("max_devi_f", "sigma_f", "expected_f")) {
      if (columns.contains(by)) {
        Foretold one = Foretold.of(numbers(rows, by), found);
        if (!one.found().isEmpty()) {
          all.add(new Facts.Foretold(by, one.spearman(), one.worst(), one.found()));
        }
      }
    }
    return all;
  }

  private static double[] numbers(List<Row> rows, String column) {
    return rows.stream()
        .mapToDouble(
            row -> row.isNullAt(row.fieldIndex(column)) ? Double.NaN : row.<Double>getAs(column))
        .toArray();
  }
}
