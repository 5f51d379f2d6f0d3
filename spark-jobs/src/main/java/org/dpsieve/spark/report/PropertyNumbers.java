package org.dpsieve.spark.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.dpsieve.loop.Facts;
import org.dpsieve.outputlayer.property.PropertySolution;
import org.dpsieve.report.RunReport;

/** What a report shows of the first model of a property. */
final class PropertyNumbers {
  /** Values in a chart. */
  private static final int MOST = 4000;

  private PropertyNumbers() {}

  /** Labels left out, with what the others say of each. */
  static List<RunReport.PropertyPoint> leftOut(
      PropertySolution.LeftOut left, Facts.PropertyFit fit) {
    List<RunReport.PropertyPoint> points = new ArrayList<>();
    int step = 1 + (left.label().length - 1) / MOST;
    for (int k = 0; k < left.label().length; k += step) {
      points.add(
          new RunReport.PropertyPoint(
              left.label()[k],
              left.label()[k] - left.error()[k],
              fit.quantile() * left.sigma()[k]));
    }
    return points;
  }

  /**
   * Frames never labelled.
   *
   * @param rows {@code frame_id, values, halves, label}
   */
  static List<RunReport.PropertyPoint> unseen(List<Row> rows) {
    List<RunReport.PropertyPoint> all = new ArrayList<>();
    rows.stream()
        .sorted(Comparator.comparing(row -> row.<String>getAs("frame_id")))
        .filter(row -> !row.isNullAt(row.fieldIndex("halves")))
        .forEach(
            row -> {
              List<Double> values = row.getList(row.fieldIndex("values"));
              List<Double> halves = row.getList(row.fieldIndex("halves"));
              List<Double> label = row.getList(row.fieldIndex("label"));
              for (int c = 0; c < label.size(); c++) {
                if (Double.isFinite(values.get(c)) && Double.isFinite(label.get(c))) {
                  all.add(new RunReport.PropertyPoint(label.get(c), values.get(c), halves.get(c)));
                }
              }
            });
    List<RunReport.PropertyPoint> some = new ArrayList<>();
    int step = 1 + (all.size() - 1) / MOST;
    for (int k = 0; k < all.size(); k += step) {
      some.add(all.get(k));
    }
    return some;
  }
}
