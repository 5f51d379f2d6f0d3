package org.dpsieve.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureTable;
import org.dpsieve.figure.MarkStyle;
import org.dpsieve.figure.Plot;
import org.dpsieve.figure.Scale;
import org.dpsieve.figure.Symbol;
import org.dpsieve.text.Counted;

/** Charts of models against labels: all of them of the same frames, those that the page names. */
final class ErrorFigures {
  /** As many points are drawn one by one; more are shades. */
  static final long FEW_POINTS = 1000;

  private static final int MOST_FORMULAS = 30;

  /** Parts of the frames that a median is drawn of. */
  private static final int PARTS = 8;

  private final RunReport report;
  private final RunReport.ErrorPlots errors;

  ErrorFigures(RunReport report) {
    this.report = report;
    this.errors = report.errors();
  }

  List<Figure> all() {
    List<Figure> all = new ArrayList<>();
    if (errors == null) {
      return all;
    }
    all.addAll(new ParityFigures(errors).all());
    for (Term term : Term.values()) {
      byFormula(term, all);
    }
    deviationAndError(all);
    for (Term term : Term.values()) {
      learning(term, all);
    }
    return all;
  }

  private void byFormula(Term term, List<Figure> all) {
    SortedMap<String, ErrorSums> after = errors.after().get(term).byFormula();
    Map<String, ErrorSums> before = errors.before().get(term).byFormula();
    List<String> shown =
        after.entrySet().stream()
            .filter(one -> isShown(one.getValue().rmse()))
            .sorted(
                Comparator.comparing((Map.Entry<String, ErrorSums> one) -> -one.getValue().frames())
                    .thenComparing(Map.Entry::getKey))
            .limit(MOST_FORMULAS)
            .sorted(Comparator.comparing(one -> -one.getValue().rmse()))
            .map(Map.Entry::getKey)
            .toList();
    if (shown.isEmpty()) {
      return;
    }
    double[] sizes =
        shown.stream()
            .flatMapToDouble(f -> DoubleStream.of(before.get(f).rmse(), after.get(f).rmse()))
            .filter(ErrorFigures::isShown)
            .map(error -> term.factor * error)
            .toArray();
    Plot plot =
        new Plot("error-composition", term.key(), term.title + " error by composition")
            .note(
                after.size() == shown.size()
                    ? "In brackets: frames"
                    : RunFigures.text(
                        "The %d most frequent of %s; in brackets: frames",
                        shown.size(), Counted.of(after.size(), "formula")))
            .x(
                "RMSE, %s (log)".formatted(term.errorUnit),
                Scale.log(
                    DoubleStream.of(sizes).min().getAsDouble(),
                    DoubleStream.of(sizes).max().getAsDouble()))
            .rows(
                "formula",
                shown.stream()
                    .map(f -> RunFigures.text("%s (%,d)", f, after.get(f).frames()))
                    .toList());
    FigureTable table =
        new FigureTable(
            "formula",
            "frames",
            "RMSE before (%s)".formatted(term.errorUnit),
            "RMSE after (%s)".formatted(term.errorUnit));
    for (int i = 0; i < shown.size(); i++) {
      double then = term.factor * before.get(shown.get(i)).rmse();
      double now = term.factor * after.get(shown.get(i)).rmse();
      if (isShown(then)) {
        plot.line(MarkStyle.SINGLE, List.of(new double[] {then, i}, new double[] {now, i}))
            .point(MarkStyle.HOLLOW, Symbol.DIAMOND, then, i, RunFigures.number(then));
      }
      plot.point(MarkStyle.SOLID, Symbol.CIRCLE, now, i, RunFigures.number(now));
      table.row(shown.get(i), after.get(shown.get(i)).frames(), then, now);
    }
    all.add(
        plot.legend(MarkStyle.HOLLOW, Symbol.DIAMOND, "before")
            .legend(MarkStyle.SOLID, Symbol.CIRCLE, "after")
            .figure(table));
  }

  private static boolean isShown(double error) {
    return error > 0 && error < 1e300;
  }

  private void deviationAndError(List<Figure> all) {
    Map<CountGrid.Cell, Long> cells = errors.deviationAndError().counts();
    if (cells.isEmpty()) {
      return;
    }
    long frames = cells.values().stream().mapToLong(Long::longValue).sum();
    Plot plot =
        new Plot(
                "error-deviation",
                "",
                report.history().isOutOfOne()
                    ? "Error against what was expected, after"
                    : "Error against deviation, after")
            .note(Counted.of(frames, "frame"))
            .x(
                "max_devi_f, eV/Å (log)",
                Scale.log(
                    edge(cells.keySet().stream().mapToLong(CountGrid.Cell::x).min().getAsLong()),
                    edge(
                        cells.keySet().stream().mapToLong(CountGrid.Cell::x).max().getAsLong()
                            + 1)))
            .y(
                "largest force error, eV/Å (log)",
                Scale.log(
                    edge(cells.keySet().stream().mapToLong(CountGrid.Cell::y).min().getAsLong()),
                    edge(
                        cells.keySet().stream().mapToLong(CountGrid.Cell::y).max().getAsLong()
                            + 1)))
            .square()
            .equal();
    FigureTable table =
        new FigureTable(
            "max_devi_f from (eV/Å)",
            "max_devi_f to (eV/Å)",
            "largest force error from (eV/Å)",
            "largest force error to (eV/Å)",
            "frames");
    boolean few = frames <= FEW_POINTS;
    double most = Math.log(Math.max(2, cells.values().stream().max(Long::compare).get()));
    cells.forEach(
        (cell, n) -> {
          table.row(edge(cell.x()), edge(cell.x() + 1.0), edge(cell.y()), edge(cell.y() + 1.0), n);
          String tip = Counted.of(n, "frame");
          if (few) {
            plot.circle(MarkStyle.DOT, 2, edge(cell.x() + 0.5), edge(cell.y() + 0.5), tip);
          } else {
            plot.box(
                MarkStyle.CELL,
                edge(cell.x()),
                edge(cell.x() + 1.0),
                edge(cell.y()),
                edge(cell.y() + 1.0),
                0.25 + 0.75 * Math.log(n) / most,
                tip);
          }
        });
    List<double[]> medians = medians(cells, frames);
    if (medians.size() > 1) {
      plot.line(MarkStyle.LINE_2, medians)
          .legendLine(MarkStyle.LINE_2, "medians of eighths of the frames");
    }
    plot.legendLine(MarkStyle.EQUAL, "equal");
    report.trustLo().ifPresent(lo -> plot.level(lo, "trust lo " + Scale.text(lo), 0));
    all.add(plot.figure(table));
  }

  private static double edge(double cell) {
    return LogGrid.edge(cell);
  }

  /** Of eighths of the frames by growing deviation; where there are enough. */
  private static List<double[]> medians(Map<CountGrid.Cell, Long> cells, long frames) {
    List<double[]> medians = new ArrayList<>();
    List<Long> xs = new ArrayList<>();
    List<Long> ys = new ArrayList<>();
    long seen = 0;
    for (Map.Entry<CountGrid.Cell, Long> one : cells.entrySet()) { // sorted by x
      for (long n = 0; n < one.getValue(); n++) {
        xs.add(one.getKey().x());
        ys.add(one.getKey().y());
        seen++;
        if (frames >= 5L * PARTS && seen * PARTS / frames > medians.size()) {
          ys.sort(null);
          medians.add(
              new double[] {edge(xs.get(xs.size() / 2) + 0.5), edge(ys.get(ys.size() / 2) + 0.5)});
          xs.clear();
          ys.clear();
        }
      }
    }
    return medians;
  }

  private void learning(Term term, List<Figure> all) {
    List<RunReport.Accuracy> shown =
        errors.accuracy().stream()
            .filter(one -> isShown(one.errors().get(term).rmse()))
            .sorted(Comparator.comparingLong(RunReport.Accuracy::labels))
            .toList();
    if (shown.isEmpty()) {
      return;
    }
    List<RunReport.AtLabels> expected = expected(term, true);
    List<RunReport.AtLabels> ahead = expected(term, false);
    double[] sizes =
        DoubleStream.concat(
                shown.stream()
                    .map(one -> one.errors().get(term))
                    .flatMapToDouble(
                        sums ->
                            DoubleStream.concat(
                                IntStream.range(0, sums.models()).mapToDouble(sums::rmse),
                                DoubleStream.of(sums.interval()))),
                Stream.concat(expected.stream(), ahead.stream()).mapToDouble(at -> value(term, at)))
            .filter(ErrorFigures::isShown)
            .map(error -> term.factor * error)
            .toArray();
    long first =
        Math.min(
            shown.get(0).labels(), expected.isEmpty() ? Long.MAX_VALUE : expected.get(0).labels());
    long last = shown.get(shown.size() - 1).labels();
    last = ahead.isEmpty() ? last : Math.max(last, ahead.get(ahead.size() - 1).labels());
    double room = Math.max(1, 0.05 * (last - first));
    Plot plot =
        new Plot("learning", term.key(), term.title + " error by labels")
            .note(frames(term, shown))
            .x("labels trained on", Scale.linear(first - room, last + room, 6))
            .y(
                "RMSE, %s (log)".formatted(term.errorUnit),
                Scale.log(
                    DoubleStream.of(sizes).min().getAsDouble(),
                    DoubleStream.of(sizes).max().getAsDouble()));
    FigureTable table =
        new FigureTable(
            "labels",
            "frames",
            "kind",
            "RMSE (%s)".formatted(term.errorUnit),
            "95 %% from (%s)".formatted(term.errorUnit),
            "95 %% to (%s)".formatted(term.errorUnit));
    List<double[]> line = new ArrayList<>();
    for (RunReport.Accuracy one : shown) {
      ErrorSums sums = one.errors().get(term);
      double x = one.labels();
      double y = term.factor * sums.rmse();
      double[] interval = sums.interval();
      for (int m = 0; m < sums.models(); m++) {
        double model = term.factor * sums.rmse(m);
        if (isShown(model)) {
          plot.circle(
              MarkStyle.SINGLE,
              2,
              x,
              model,
              "model %d: %s %s".formatted(m, RunFigures.number(model), term.errorUnit));
        }
        table.row(one.labels(), sums.frames(), "model " + m, model, Double.NaN, Double.NaN);
      }
      if (!Double.isNaN(interval[0])) {
        plot.interval(MarkStyle.EXPECTED, x, term.factor * interval[0], term.factor * interval[1]);
      }
      plot.point(
          one.labels() > 0 ? MarkStyle.SOLID : MarkStyle.HOLLOW,
          one.labels() > 0 ? Symbol.CIRCLE : Symbol.DIAMOND,
          x,
          y,
          "%s %s".formatted(RunFigures.number(y), term.errorUnit));
      table.row(
          one.labels(),
          sums.frames(),
          "mean of models",
          y,
          term.factor * interval[0],
          term.factor * interval[1]);
      if (one.labels() > 0) {
        line.add(new double[] {x, y});
      }
    }
    plot.line(MarkStyle.LINE_1, line)
        .legend(MarkStyle.SOLID, Symbol.CIRCLE, "mean of models, 95 % interval")
        .legend(MarkStyle.SINGLE, 2, "one model");
    if (shown.get(0).labels() == 0) {
      plot.legend(MarkStyle.HOLLOW, Symbol.DIAMOND, "models given");
    }
    for (RunReport.AtLabels at : expected) {
      plot.point(
          MarkStyle.EXPECTED, Symbol.CROSS, at.labels(), term.factor * value(term, at), "expected");
      table.row(
          at.labels(),
          "",
          "expected of the pool",
          term.factor * value(term, at),
          Double.NaN,
          Double.NaN);
    }
    plot.line(
        MarkStyle.AHEAD,
        ahead.stream()
            .map(at -> new double[] {at.labels(), term.factor * value(term, at)})
            .toList());
    ahead.forEach(
        at ->
            table.row(
                at.labels(),
                "",
                "expected of more labels",
                term.factor * value(term, at),
                Double.NaN,
                Double.NaN));
    if (!expected.isEmpty()) {
      plot.legend(MarkStyle.EXPECTED, Symbol.CROSS, "expected of the pool");
    }
    if (!ahead.isEmpty()) {
      plot.legendLine(MarkStyle.AHEAD, "of more labels");
    }
    all.add(plot.figure(table));
  }

  /** On how many frames, the same or another number for each ensemble. */
  private static String frames(Term term, List<RunReport.Accuracy> shown) {
    long least = shown.stream().mapToLong(one -> one.errors().get(term).frames()).min().getAsLong();
    long most = shown.stream().mapToLong(one -> one.errors().get(term).frames()).max().getAsLong();
    return least == most
        ? "All on the same " + Counted.of(most, "frame")
        : RunFigures.text("Each on the frames it picked, %,d to %,d", least, most);
  }

  private List<RunReport.AtLabels> expected(Term term, boolean now) {
    if (report.expected() == null || term == Term.VIRIAL) {
      return List.of();
    }
    List<RunReport.AtLabels> all = now ? report.expected().pool() : report.expected().ahead();
    return all.stream().filter(at -> isShown(value(term, at))).toList();
  }

  private static double value(Term term, RunReport.AtLabels at) {
    return term == Term.ENERGY ? at.energy() : at.force();
  }
}
