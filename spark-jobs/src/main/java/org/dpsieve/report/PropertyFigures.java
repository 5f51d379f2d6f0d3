package org.dpsieve.report;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureTable;
import org.dpsieve.figure.MarkStyle;
import org.dpsieve.figure.Plot;
import org.dpsieve.figure.Scale;
import org.dpsieve.text.Counted;

/** A model of a property beside labels, with its intervals, and how many of these hold. */
final class PropertyFigures {
  /** More would hide each other. */
  private static final int MOST_INTERVALS = 400;

  /** Parts of a normal distribution, and how many standard deviations they are within. */
  private static final double[][] NORMAL = {
    {0.1, 0.12566}, {0.2, 0.25335}, {0.3, 0.38532}, {0.4, 0.52440}, {0.5, 0.67449},
    {0.6, 0.84162}, {0.7, 1.03643}, {0.8, 1.28155}, {0.9, 1.64485}, {0.95, 1.95996}
  };

  private final RunReport.PropertyPlots plots;

  PropertyFigures(RunReport.PropertyPlots plots) {
    this.plots = plots;
  }

  List<Figure> all() {
    List<Figure> all = new ArrayList<>();
    parity("left-out", "Labelled frames, each left out", plots.leftOut(), all);
    parity("unseen", "Frames never labelled", plots.unseen(), all);
    calibration(all);
    return all;
  }

  private void parity(
      String part, String title, List<RunReport.PropertyPoint> points, List<Figure> all) {
    if (points.isEmpty()) {
      return;
    }
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    double square = 0;
    long inside = 0;
    for (RunReport.PropertyPoint point : points) {
      low = Math.min(low, Math.min(point.label(), point.said()));
      high = Math.max(high, Math.max(point.label(), point.said()));
      square += Math.pow(point.said() - point.label(), 2) / points.size();
      inside += point.isInside(1) ? 1 : 0;
    }
    double room = 0.03 * (high - low);
    Scale axis = Scale.linear(low - room, high + room, 5);
    Plot plot =
        new Plot("property", part, title)
            .note(
                RunFigures.text(
                    "%s of %s: RMSE %s, %.1f %% within the 95 %% interval",
                    Counted.of(points.size(), "value"),
                    plots.property(),
                    RunFigures.number(Math.sqrt(square)),
                    100.0 * inside / points.size()))
            .x("label, " + plots.property(), axis)
            .y("model 0", axis)
            .square()
            .equal();
    FigureTable table = new FigureTable("label", "model 0", "half width of the 95 % interval");
    boolean intervals = points.size() <= MOST_INTERVALS;
    for (RunReport.PropertyPoint point : points) {
      if (intervals) {
        plot.interval(
            MarkStyle.SINGLE,
            point.label(),
            point.said() - point.half(),
            point.said() + point.half());
      }
      plot.circle(MarkStyle.DOT, 2.4, point.label(), point.said(), null);
      table.row(point.label(), point.said(), point.half());
    }
    plot.legend(MarkStyle.DOT, 2.4, "model 0");
    all.add((intervals ? plot.legendLine(MarkStyle.SINGLE, "95 % interval") : plot).figure(table));
  }

  /** Of intervals for each part of the errors, how many hold. */
  private void calibration(List<Figure> all) {
    if (plots.leftOut().isEmpty() && plots.unseen().isEmpty()) {
      return;
    }
    Scale axis = Scale.linear(0, 1, 5);
    Plot plot =
        new Plot("property", "intervals", "Do the intervals hold?")
            .note("On the dashed line as many values are inside as the interval says")
            .x("interval for this part of the errors", axis)
            .y("part of the values inside", axis)
            .square()
            .equal();
    FigureTable table = new FigureTable("interval for", "inside, left out", "inside, unseen");
    List<double[]> left = curve(plots.leftOut());
    List<double[]> unseen = curve(plots.unseen());
    for (int i = 0; i < NORMAL.length; i++) {
      table.row(
          NORMAL[i][0],
          left.isEmpty() ? Double.NaN : left.get(i)[1],
          unseen.isEmpty() ? Double.NaN : unseen.get(i)[1]);
    }
    plot.line(MarkStyle.LINE_1, left).line(MarkStyle.LINE_2, unseen);
    if (!left.isEmpty()) {
      plot.legendLine(MarkStyle.LINE_1, "left out");
    }
    if (!unseen.isEmpty()) {
      plot.legendLine(MarkStyle.LINE_2, "never labelled");
    }
    all.add(plot.figure(table));
  }

  private static List<double[]> curve(List<RunReport.PropertyPoint> points) {
    List<double[]> curve = new ArrayList<>();
    for (double[] part : NORMAL) {
      double width = part[1] / NORMAL[NORMAL.length - 1][1];
      long inside = points.stream().filter(point -> point.isInside(width)).count();
      if (!points.isEmpty()) {
        curve.add(new double[] {part[0], (double) inside / points.size()});
      }
    }
    return curve;
  }
}
