package org.dpsieve.spark.study;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import org.dpsieve.pick.PickStrategy;

/** A study as a picture (SVG): error against labels, both logarithmic, with 95 % intervals. */
public final class StudyPlot {
  private static final int WIDTH = 430;
  private static final int HEIGHT = 330;
  private static final int LEFT = 60;
  private static final int BOTTOM = 45;
  private static final int TOP = 30;
  private static final List<String> COLOURS =
      List.of("#777777", "#d1495b", "#edae49", "#2e8b57", "#1f5fa8");

  /** So that curves can be told apart without colour. */
  private static final List<String> DASHES = List.of("none", "8 3", "2 3", "10 3 2 3", "none");

  /** The last, which has no dashes either, is thicker than the first. */
  private static final List<Integer> THICKNESS = List.of(1, 2, 2, 2, 3);

  /** What is done without old labels is paler than the same with them. */
  private static final double PALE = 0.4;

  /** Of one name in the legend, pixels for a character. */
  private static final int CHARACTER = 6;

  private StudyPlot() {}

  public static String svg(StudyTable table) {
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">",
        2 * WIDTH,
        HEIGHT + 30);
    line(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    panel(svg, table, StudyTable.Quantity.ENERGY, 0);
    panel(svg, table, StudyTable.Quantity.FORCE, WIDTH);
    int x = LEFT;
    for (String strategy : table.strategies()) {
      line(
          svg,
          "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" %s/><text x=\"%d\" y=\"%d\">%s</text>",
          x - 20,
          x + 14,
          HEIGHT + 10,
          HEIGHT + 10,
          stroke(strategy),
          x + 20,
          HEIGHT + 14,
          strategy);
      x += 60 + CHARACTER * strategy.length();
    }
    line(svg, "</svg>");
    return svg.toString();
  }

  private static void panel(
      StringBuilder svg, StudyTable table, StudyTable.Quantity quantity, int left) {
    double low = Double.MAX_VALUE;
    double high = 0;
    double fewest = Double.MAX_VALUE;
    double most = 0;
    for (String strategy : table.strategies()) {
      for (int labels : table.budgets(strategy)) {
        StudyTable.Point point = table.point(strategy, labels, quantity);
        low = Math.min(low, point.mean());
        high = Math.max(high, point.mean());
        fewest = Math.min(fewest, labels);
        most = Math.max(most, labels);
      }
    }
    DoubleUnaryOperator x = scale(fewest / 1.15, most * 1.15, left + LEFT, left + WIDTH - 15.0);
    DoubleUnaryOperator y = scale(low / 1.1, high * 1.1, HEIGHT - BOTTOM, TOP);
    line(
        svg,
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#999\"/><text x=\"%d\" y=\"18\">%s, frames held out</text>",
        left + LEFT,
        TOP,
        WIDTH - 15 - LEFT,
        HEIGHT - BOTTOM - TOP,
        left + LEFT,
        quantity.title);
    for (int labels : table.budgets(table.strategies().get(0))) {
      line(
          svg,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>",
          x.applyAsDouble(labels),
          HEIGHT - BOTTOM + 16,
          labels);
    }
    line(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">labels</text>",
        left + (WIDTH + LEFT) / 2,
        HEIGHT - BOTTOM + 32);
    for (int tick = 0; tick < 5; tick++) {
      double value = low * Math.pow(high / low, tick / 4.0);
      double at = y.applyAsDouble(value);
      line(
          svg,
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.3g</text>",
          left + LEFT,
          left + WIDTH - 15,
          at,
          at,
          left + LEFT - 5,
          at + 4,
          value);
    }
    for (String strategy : table.strategies()) {
      curve(svg, table, quantity, strategy, x, y);
    }
  }

  private static void curve(
      StringBuilder svg,
      StudyTable table,
      StudyTable.Quantity quantity,
      String strategy,
      DoubleUnaryOperator x,
      DoubleUnaryOperator y) {
    StringBuilder points = new StringBuilder();
    for (int labels : table.budgets(strategy)) {
      StudyTable.Point point = table.point(strategy, labels, quantity);
      double at = x.applyAsDouble(labels);
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", at, y.applyAsDouble(point.mean())));
      if (Double.isNaN(point.interval())) {
        continue; // one seed
      }
      double least = point.mean() - point.interval();
      line( // an interval that leaves the frame ends at its edge
          svg,
          "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" %s/>",
          at,
          at,
          least > 0 ? Math.min(HEIGHT - BOTTOM, y.applyAsDouble(least)) : HEIGHT - BOTTOM,
          Math.max(TOP, y.applyAsDouble(point.mean() + point.interval())),
          colour(strategy));
    }
    line(
        svg,
        "<polyline points=\"%s\" fill=\"none\" %s/>",
        points.toString().trim(),
        stroke(strategy));
  }

  private static String stroke(String strategy) {
    int which = which(strategy);
    return "%s stroke-width=\"%d\" stroke-dasharray=\"%s\""
        .formatted(colour(strategy), THICKNESS.get(which), DASHES.get(which));
  }

  private static String colour(String strategy) {
    return "stroke=\"%s\" stroke-opacity=\"%s\""
        .formatted(
            COLOURS.get(which(strategy)), PickStrategy.keys().contains(strategy) ? "1" : PALE);
  }

  private static int which(String strategy) {
    return PickStrategy.keys().indexOf(strategy.replace(Study.ALONE, ""));
  }

  private static DoubleUnaryOperator scale(double from, double to, double start, double end) {
    return value -> start + (end - start) * Math.log(value / from) / Math.log(to / from);
  }

  private static void line(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
