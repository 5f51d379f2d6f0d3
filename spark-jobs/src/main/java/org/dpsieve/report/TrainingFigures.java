package org.dpsieve.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureTable;
import org.dpsieve.figure.MarkStyle;
import org.dpsieve.figure.Plot;
import org.dpsieve.figure.Scale;
import org.dpsieve.figure.Symbol;
import org.dpsieve.loop.Facts;
import org.dpsieve.text.Counted;
import org.dpsieve.uncertainty.Reliability;

/** Charts of what trainings said of themselves, of what was foretold, and of time. */
final class TrainingFigures {
  private final RunReport report;

  TrainingFigures(RunReport report) {
    this.report = report;
  }

  List<Figure> all() {
    List<Figure> all = new ArrayList<>();
    for (Term term : Term.values()) {
      loss(term, all);
    }
    foretold(all);
    if (report.expected() != null) {
      calibration(Term.ENERGY, report.expected().reliability().energy(), all);
      calibration(Term.FORCE, report.expected().reliability().force(), all);
    }
    times(all);
    return all;
  }

  private void loss(Term term, List<Figure> all) {
    SortedMap<Integer, List<Facts.ModelFit>> fits = new TreeMap<>();
    report
        .history()
        .trainings()
        .forEach(
            (iteration, training) -> {
              if (!training.models().isEmpty()) {
                fits.put(iteration, training.models());
              }
            });
    double[] sizes =
        fits.values().stream()
            .flatMap(List::stream)
            .flatMapToDouble(fit -> DoubleStream.of(term.of(fit.before()), term.of(fit.after())))
            .filter(error -> error > 0 && error < 1e300)
            .map(error -> term.factor * error)
            .toArray();
    if (sizes.length == 0) {
      return;
    }
    Plot plot =
        new Plot("training", term.key(), term.title + " error on the frames trained on")
            .x("iteration", Scale.whole(fits.firstKey(), fits.lastKey(), 8))
            .y(
                "RMSE, %s (log)".formatted(term.errorUnit),
                Scale.log(
                    DoubleStream.of(sizes).min().getAsDouble(),
                    DoubleStream.of(sizes).max().getAsDouble()));
    FigureTable table =
        new FigureTable(
            "iteration",
            "model",
            "RMSE before (%s)".formatted(term.errorUnit),
            "RMSE after (%s)".formatted(term.errorUnit));
    List<double[]> before = means(term, fits, Facts.ModelFit::before, plot);
    List<double[]> after = means(term, fits, Facts.ModelFit::after, plot);
    plot.line(MarkStyle.LINE_6, before).line(MarkStyle.LINE_1, after);
    before.forEach(at -> plot.point(MarkStyle.HOLLOW, Symbol.DIAMOND, at[0], at[1], null));
    after.forEach(at -> plot.point(MarkStyle.SOLID, Symbol.CIRCLE, at[0], at[1], null));
    fits.forEach(
        (iteration, models) -> {
          for (int m = 0; m < models.size(); m++) {
            table.row(
                iteration,
                m,
                term.factor * term.of(models.get(m).before()),
                term.factor * term.of(models.get(m).after()));
          }
        });
    all.add(
        plot.legend(MarkStyle.HOLLOW, Symbol.DIAMOND, "before, mean of models")
            .legend(MarkStyle.SOLID, Symbol.CIRCLE, "after, mean of models")
            .legend(MarkStyle.SINGLE, 2, "one model")
            .figure(table));
  }

  /** Draws each model and gives the means. */
  private static List<double[]> means(
      Term term,
      SortedMap<Integer, List<Facts.ModelFit>> fits,
      Function<Facts.ModelFit, Facts.Errors> which,
      Plot plot) {
    List<double[]> means = new ArrayList<>();
    fits.forEach(
        (iteration, models) -> {
          double[] known =
              models.stream()
                  .mapToDouble(fit -> term.factor * term.of(which.apply(fit)))
                  .filter(error -> error > 0 && error < 1e300)
                  .toArray();
          for (double error : known) {
            plot.circle(MarkStyle.SINGLE, 2, iteration, error, null);
          }
          if (known.length > 0) {
            means.add(new double[] {iteration, DoubleStream.of(known).average().getAsDouble()});
          }
        });
    return means;
  }

  /**
   * Of the tenth of the frames with the largest errors, how many are found among those looked at.
   */
  private void foretold(List<Figure> all) {
    List<Facts.Foretold> ways = report.foretold();
    if (ways.isEmpty()) {
      return;
    }
    Plot plot =
        new Plot("foretold", "", "The worst frames, found in advance")
            .x("frames looked at, %", Scale.linear(0, 50, 5))
            .y("of the worst tenth found, %", Scale.linear(0, 100, 5))
            .line(MarkStyle.BOUND, List.of(new double[] {0, 0}, new double[] {50, 50}))
            .line(
                MarkStyle.BOUND,
                List.of(new double[] {0, 0}, new double[] {10, 100}, new double[] {50, 100}));
    FigureTable table =
        new FigureTable("ranked by", "frames looked at (%)", "of the worst tenth found (%)");
    for (int w = 0; w < ways.size(); w++) {
      List<double[]> points = new ArrayList<>(List.of(new double[] {0, 0}));
      for (int i = 0; i < ways.get(w).found().size(); i++) {
        points.add(new double[] {5.0 * (i + 1), 100 * ways.get(w).found().get(i)});
      }
      plot.line(MarkStyle.line(w), points).legendLine(MarkStyle.line(w), ways.get(w).by());
      for (double[] at : points) {
        table.row(ways.get(w).by(), at[0], at[1]);
      }
    }
    all.add(plot.legendLine(MarkStyle.BOUND, "by chance; by the error itself").figure(table));
  }

  private static void calibration(Term term, Reliability.Of found, List<Figure> all) {
    List<Reliability.Bin> bins =
        found.bins().stream().filter(bin -> bin.sigma() > 0 && bin.error() > 0).toList();
    if (bins.isEmpty()) {
      return;
    }
    double[] sizes =
        bins.stream()
            .flatMapToDouble(bin -> DoubleStream.of(bin.sigma(), bin.error()))
            .map(size -> term.factor * size)
            .toArray();
    Scale axis =
        Scale.log(
            DoubleStream.of(sizes).min().getAsDouble(), DoubleStream.of(sizes).max().getAsDouble());
    Plot plot =
        new Plot("calibration", term.key(), term.title + ": found against expected error")
            .note(
                RunFigures.text(
                    "95 %% interval: %s %% of %s",
                    RunFigures.number(100 * found.coverage()), Counted.of(found.errors(), "error")))
            .x("standard deviation, %s (log)".formatted(term.errorUnit), axis)
            .y("RMSE, %s (log)".formatted(term.errorUnit), axis)
            .square()
            .equal();
    FigureTable table =
        new FigureTable(
            "standard deviation (%s)".formatted(term.errorUnit),
            "RMSE (%s)".formatted(term.errorUnit),
            "errors");
    for (Reliability.Bin bin : bins) {
      double x = term.factor * bin.sigma();
      double y = term.factor * bin.error();
      plot.point(MarkStyle.SOLID, Symbol.CIRCLE, x, y, Counted.of(bin.errors(), "error"));
      table.row(x, y, bin.errors());
    }
    all.add(
        plot.legend(MarkStyle.SOLID, Symbol.CIRCLE, "a tenth of the errors")
            .legendLine(MarkStyle.EQUAL, "equal")
            .figure(table));
  }

  private void times(List<Figure> all) {
    SortedMap<Integer, Map<String, Double>> seconds = ReportTables.seconds(report.history());
    if (seconds.isEmpty()) {
      return;
    }
    double most =
        Stream.concat(
                Stream.of(0.0), seconds.values().stream().flatMap(times -> times.values().stream()))
            .max(Double::compare)
            .get();
    Plot plot =
        new Plot("times", "", "Time of each stage")
            .x("iteration", Scale.whole(seconds.firstKey(), seconds.lastKey(), 8))
            .y("time, s", Scale.linear(0, 1.05 * most, 5));
    FigureTable table = new FigureTable("iteration", "stage", "time (s)");
    int i = 0;
    for (String stage : ReportTables.stages(seconds)) {
      List<double[]> points = new ArrayList<>();
      seconds.forEach(
          (iteration, times) -> {
            if (times.containsKey(stage)) {
              points.add(new double[] {iteration, times.get(stage)});
              table.row(iteration, stage, times.get(stage));
            }
          });
      MarkStyle style = MarkStyle.line(i);
      Symbol symbol = Symbol.of(i);
      plot.line(style, points).legend(style, symbol, stage);
      points.forEach(at -> plot.point(style, symbol, at[0], at[1], null));
      i++;
    }
    all.add(plot.figure(table));
  }
}
