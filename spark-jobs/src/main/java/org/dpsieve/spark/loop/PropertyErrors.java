package org.dpsieve.spark.loop;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Models of a property against labels they have not seen.
 *
 * @param frames how many
 * @param rmse of each model, over all components, in their unit
 * @param mean the same of the models' mean
 * @param coverage share of the values within the first model's 95 % interval; NaN where it has none
 */
record PropertyErrors(long frames, List<Double> rmse, double mean, double coverage) {
  static final PropertyErrors NONE = new PropertyErrors(0, List.of(), Double.NaN, Double.NaN);

  /**
   * @param rows {@code frame_id, values, halves, label}; those that cannot be evaluated are left
   *     out
   */
  static PropertyErrors of(List<Row> rows, int models) {
    double[] square = new double[models];
    double squareOfMean = 0;
    long numbers = 0;
    long frames = 0;
    long inside = 0;
    long known = 0;
    List<Row> sorted =
        rows.stream().sorted(Comparator.comparing(row -> row.<String>getAs("frame_id"))).toList();
    for (Row row : sorted) {
      List<Double> values = row.getList(row.fieldIndex("values"));
      List<Double> label = row.getList(row.fieldIndex("label"));
      if (values.size() != models * label.size()
          || !values.stream().allMatch(Double::isFinite)
          || !label.stream().allMatch(Double::isFinite)) {
        continue;
      }
      boolean certain = !row.isNullAt(row.fieldIndex("halves"));
      List<Double> halves = certain ? row.getList(row.fieldIndex("halves")) : List.of();
      frames++;
      for (int c = 0; c < label.size(); c++) {
        double mean = 0;
        for (int m = 0; m < models; m++) {
          double off = values.get(m * label.size() + c) - label.get(c);
          square[m] += off * off;
          mean += off / models;
        }
        squareOfMean += mean * mean;
        numbers++;
        if (certain) {
          known++;
          inside += Math.abs(values.get(c) - label.get(c)) <= halves.get(c) ? 1 : 0;
        }
      }
    }
    if (frames == 0) {
      return NONE;
    }
    List<Double> rmse = new ArrayList<>();
    for (double one : square) {
      rmse.add(Math.sqrt(one / numbers));
    }
    return new PropertyErrors(
        frames,
        rmse,
        Math.sqrt(squareOfMean / numbers),
        known == 0 ? Double.NaN : (double) inside / known);
  }
}
