package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.loop.Facts;
import org.dpsieve.spark.frames.FrameSample;
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
    FrameSample.of(pool, worst.stream().map(row -> row.getString(0)).toList())
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

  private static String text(Row row, int column) {
    return row.isNullAt(column) ? "" : Double.toString(row.getDouble(column));
  }

  /**
   * @param largest error of a force that the final models have on frames never labelled, eV/Å, by
   *     {@code frame_id}
   */
  List<Facts.Foretold> foretold(SortedMap<String, Double> largest) {
    StructType errors =
        new StructType().add("frame_id", StringType, false).add("true_error_f", DoubleType, false);
    Dataset<Row> known =
        spark.createDataFrame(
            largest.entrySet().stream()
                .map(entry -> RowFactory.create(entry.getKey(), entry.getValue()))
                .toList(),
            errors);
    List<Row> rows =
        deviation
            .select(
                col("frame_id"),
                col("max_devi_f"),
                orNull("sigma_f").as("sigma_f"),
                orNull("expected_f").as("expected_f"))
            .join(broadcast(known), "frame_id")
            .where("NOT isnan(true_error_f) AND NOT isnan(max_devi_f)")
            .orderBy("frame_id")
            .collectAsList();
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
