package org.dpsieve.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureTable;
import org.dpsieve.figure.MarkStyle;
import org.dpsieve.figure.Plot;
import org.dpsieve.figure.Scale;
import org.dpsieve.text.Counted;

/** DpPredictions beside labels, and how large the errors are: before and after. */
final class ParityFigures {
  private final RunReport.ErrorPlots errors;

  ParityFigures(RunReport.ErrorPlots errors) {
    this.errors = errors;
  }

  List<Figure> all() {
    List<Figure> all = new ArrayList<>();
    for (Term term : Term.values()) {
      parity(term, "before", errors.before().get(term), all);
    }
    for (Term term : Term.values()) {
      parity(term, "after", errors.after().get(term), all);
    }
    for (Term term : Term.values()) {
      histogram(term, all);
    }
    return all;
  }

  private void parity(Term term, String when, Agreement found, List<Figure> all) {
    CountGrid grid = found.grid();
    if (grid.isEmpty()) {
      return;
    }
    double room = Math.max(0.02 * (grid.high() - grid.low()), grid.size());
    Scale axis = Scale.linear(grid.low() - room, grid.high() + room, 5);
    Plot plot =
        new Plot("parity", term.key() + "-" + when, term.title + ", " + when)
            .note(statistics(term, found) + "; R² " + share(found.r2()))
            .note(
                RunFigures.text(
                    "%s of %s, %s",
                    term.counted(found.sums().values()),
                    Counted.of(found.sums().frames(), "frame"),
                    Counted.of(found.sums().models(), "model")))
            .x("label, " + term.unit, axis)
            .y("prediction, " + term.unit, axis)
            .square();
    FigureTable table =
        new FigureTable(
            "label from (%s)".formatted(term.unit),
            "label to (%s)".formatted(term.unit),
            "prediction from (%s)".formatted(term.unit),
            "prediction to (%s)".formatted(term.unit),
            "points");
    double size = grid.size();
    boolean few = grid.points() <= ErrorFigures.FEW_POINTS;
    double most = Math.log(Math.max(2, grid.counts().values().stream().max(Long::compare).get()));
    plot.equal();
    grid.counts()
        .forEach(
            (cell, n) -> {
              double x = cell.x() * size;
              double y = cell.y() * size;
              table.row(x, x + size, y, y + size, n);
              String tip = Counted.of(n, "point");
              if (few) {
                plot.circle(MarkStyle.DOT, 2.4, x + size / 2, y + size / 2, tip);
              } else {
                double opacity = 0.25 + 0.75 * Math.log(n) / most;
                plot.box(MarkStyle.CELL, x, x + size, y, y + size, opacity, tip);
              }
            });
    all.add(plot.figure(table));
  }

  private static String statistics(Term term, Agreement found) {
    // forces add up to 0: what is left of their mean is rounding
    double bias = Math.abs(found.bias()) < 1e-9 * found.mae() ? 0 : found.bias();
    return "RMSE %s, MAE %s, mean %s %s"
        .formatted(
            RunFigures.number(term.factor * found.sums().rmse()),
            RunFigures.number(term.factor * found.mae()),
            RunFigures.number(term.factor * bias),
            term.errorUnit);
  }

  private static String share(double r2) {
    return r2 > 0.9 ? RunFigures.text("%.4f", r2) : RunFigures.number(r2);
  }

  private static double edge(int bin) {
    return Math.pow(10, (double) bin / Agreement.PER_DECADE);
  }

  private void histogram(Term term, List<Figure> all) {
    Agreement before = errors.before().get(term);
    Agreement after = errors.after().get(term);
    List<Integer> bins =
        Stream.of(before, after)
            .flatMap(one -> one.histogram().keySet().stream())
            .sorted()
            .toList();
    if (bins.isEmpty()) {
      return;
    }
    long most =
        Stream.of(before, after)
            .flatMap(one -> one.histogram().values().stream())
            .max(Long::compare)
            .get();
    int first = firstShown(before.histogram(), after.histogram());
    Plot plot =
        new Plot("histogram", term.key(), term.title + ": sizes of the errors")
            .note("before: " + statistics(term, before))
            .note("after: " + statistics(term, after))
            .x(
                "error without sign, %s (log)".formatted(term.errorUnit),
                Scale.log(
                    term.factor * edge(first), term.factor * edge(bins.get(bins.size() - 1) + 1)))
            .y(term.what(), Scale.counts(most, 5));
    FigureTable table =
        new FigureTable(
            "error from (%s)".formatted(term.errorUnit),
            "error to (%s)".formatted(term.errorUnit),
            "before",
            "after");
    IntStream.rangeClosed(bins.get(0), bins.get(bins.size() - 1))
        .forEach(
            bin ->
                table.row(
                    term.factor * edge(bin),
                    term.factor * edge(bin + 1),
                    before.histogram().getOrDefault(bin, 0L),
                    after.histogram().getOrDefault(bin, 0L)));
    after
        .histogram()
        .tailMap(first)
        .forEach(
            (bin, n) ->
                plot.box(
                    MarkStyle.BAR,
                    term.factor * edge(bin),
                    term.factor * edge(bin + 1),
                    0,
                    n,
                    1,
                    null));
    plot.line(MarkStyle.LINE_2, outline(term, before.histogram().tailMap(first)));
    all.add(
        plot.legendBox(MarkStyle.BAR, "after")
            .legendLine(MarkStyle.LINE_2, "before")
            .figure(table));
  }

  /** A long tail of a thousandth of the errors, as small as chance makes them, is not drawn. */
  private static int firstShown(SortedMap<Integer, Long> before, SortedMap<Integer, Long> after) {
    return Stream.of(before, after)
        .filter(histogram -> !histogram.isEmpty())
        .mapToInt(
            histogram -> {
              long all = histogram.values().stream().mapToLong(Long::longValue).sum();
              long seen = 0;
              for (Map.Entry<Integer, Long> bin : histogram.entrySet()) {
                seen += bin.getValue();
                if (1000 * seen > all) {
                  return bin.getKey();
                }
              }
              return histogram.lastKey();
            })
        .min()
        .getAsInt();
  }

  private static List<double[]> outline(Term term, SortedMap<Integer, Long> histogram) {
    List<double[]> points = new ArrayList<>();
    if (!histogram.isEmpty()) {
      points.add(new double[] {term.factor * edge(histogram.firstKey()), 0});
      for (int bin = histogram.firstKey(); bin <= histogram.lastKey(); bin++) {
        double n = histogram.getOrDefault(bin, 0L);
        points.add(new double[] {term.factor * edge(bin), n});
        points.add(new double[] {term.factor * edge(bin + 1), n});
      }
      points.add(new double[] {term.factor * edge(histogram.lastKey() + 1), 0});
    }
    return points;
  }
}
