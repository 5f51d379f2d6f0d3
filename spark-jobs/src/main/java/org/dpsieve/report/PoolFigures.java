package org.dpsieve.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureTable;
import org.dpsieve.figure.MarkStyle;
import org.dpsieve.figure.Plot;
import org.dpsieve.figure.Scale;
import org.dpsieve.figure.Symbol;
import org.dpsieve.pick.Measure;
import org.dpsieve.text.Counted;

/** Charts of the pool: deviation, composition, and where picks come from. */
final class PoolFigures {
  /** Iterations whose picks are shown in feature space. */
  private static final int MOST_MAPS = 6;

  private final RunReport report;
  private final Measure measure;
  private final boolean outOfOne;

  PoolFigures(RunReport report) {
    this.report = report;
    this.measure = report.history().measure();
    this.outOfOne = report.history().isOutOfOne();
  }

  /** Behind a number's name, in a table. */
  private String unit() {
    return measure.unit().isEmpty() ? "" : " (" + measure.unit() + ")";
  }

  /** The key of the lower trust level. */
  private String trustLo() {
    return measure.equals(Measure.FORCE) ? "model_devi_f_trust_lo" : "model_devi_p_trust_lo";
  }

  List<Figure> all() {
    List<Figure> all = new ArrayList<>(deviation());
    cost(all);
    byFormula(all);
    composition(all);
    all.addAll(features());
    return all;
  }

  private List<Figure> deviation() {
    List<RunReport.Distribution> shown =
        report.distributions().stream().filter(one -> !one.bins().isEmpty()).toList();
    if (shown.isEmpty()) {
      return List.of();
    }
    Scale x = Scale.log(least(shown), largest(shown));
    List<Figure> figures = new ArrayList<>();
    for (RunReport.Distribution one : shown) {
      long frames = one.bins().stream().mapToLong(RunReport.Bin::frames).sum() + one.outside();
      long picked = one.bins().stream().mapToLong(RunReport.Bin::picked).sum();
      boolean end = one.iteration() == null;
      Plot plot =
          new Plot(
                  "deviation",
                  end ? "final" : "iteration-" + one.iteration(),
                  end
                      ? "Whole pool, final " + (outOfOne ? "model" : "models")
                      : "Iteration " + one.iteration())
              .note(
                  end
                      ? Counted.of(frames, "frame")
                      : RunFigures.text("%s left, %,d picked", Counted.of(frames, "frame"), picked))
              .x(measure.title() + " (log)", x)
              .y(
                  "frames",
                  Scale.counts(
                      one.bins().stream().mapToLong(RunReport.Bin::frames).max().getAsLong(), 5));
      FigureTable table =
          new FigureTable(
              measure.column() + " from" + unit(),
              measure.column() + " to" + unit(),
              "frames",
              "picked frames");
      for (RunReport.Bin bin : one.bins()) {
        String tip =
            RunFigures.text(
                "%s to %s: %s, %,d picked",
                RunFigures.number(bin.from()),
                RunFigures.number(bin.to()),
                Counted.of(bin.frames(), "frame"),
                bin.picked());
        plot.box(MarkStyle.BAR, bin.from(), bin.to(), 0, bin.frames(), 1, tip);
        if (bin.picked() > 0) {
          plot.box(MarkStyle.PICKED, bin.from(), bin.to(), 0, bin.picked(), 1, tip);
        }
        table.row(bin.from(), bin.to(), bin.frames(), bin.picked());
      }
      if (one.levels() != null) {
        plot.level(one.levels().lo(), "trust lo " + Scale.text(one.levels().lo()), 0)
            .level(one.levels().hi(), "trust hi " + Scale.text(one.levels().hi()), 1)
            .legendLine(MarkStyle.LEVEL, "trust level");
      }
      plot.legendBox(MarkStyle.BAR, end ? "frames" : "frames left");
      if (picked > 0) {
        plot.legendBox(MarkStyle.PICKED, "picked");
      }
      figures.add(plot.figure(table));
    }
    return figures;
  }

  /** With trust levels that are not far away. */
  private static double least(List<RunReport.Distribution> shown) {
    double bins = bins(shown).mapToDouble(RunReport.Bin::from).min().getAsDouble();
    return levels(shown).filter(level -> level > bins / 3).reduce(bins, Math::min);
  }

  private static double largest(List<RunReport.Distribution> shown) {
    double bins = bins(shown).mapToDouble(RunReport.Bin::to).max().getAsDouble();
    return levels(shown).filter(level -> level < 3 * bins).reduce(bins, Math::max);
  }

  private static Stream<RunReport.Bin> bins(List<RunReport.Distribution> shown) {
    return shown.stream().flatMap(one -> one.bins().stream());
  }

  private static Stream<Double> levels(List<RunReport.Distribution> shown) {
    return shown.stream()
        .filter(one -> one.levels() != null)
        .flatMap(one -> Stream.of(one.levels().lo(), one.levels().hi()))
        .filter(level -> level > 0);
  }

  /** How many frames lie above a level, in the first and in the last iteration that asked. */
  private void cost(List<Figure> all) {
    List<RunReport.Distribution> asked =
        report.distributions().stream()
            .filter(one -> one.iteration() != null && !one.bins().isEmpty())
            .toList();
    if (asked.isEmpty()) {
      return;
    }
    RunReport.Distribution first = asked.get(0);
    RunReport.Distribution last = asked.get(asked.size() - 1);
    List<RunReport.Distribution> shown = first == last ? List.of(first) : List.of(first, last);
    long most =
        shown.stream()
            .mapToLong(one -> one.bins().stream().mapToLong(RunReport.Bin::frames).sum())
            .max()
            .getAsLong();
    Plot plot =
        new Plot("cost", "", "What a trust level costs")
            .note("Frames above a lower trust level: the most that would be labelled")
            .x(
                trustLo() + (measure.unit().isEmpty() ? "" : ", " + measure.unit()) + " (log)",
                Scale.log(least(shown), largest(shown)))
            .y("frames above it (log)", Scale.log(1, Math.max(2, most)));
    FigureTable table = new FigureTable("iteration", trustLo() + unit(), "frames above it");
    for (int i = 0; i < shown.size(); i++) {
      List<RunReport.Bin> bins = shown.get(i).bins();
      long above = bins.stream().mapToLong(RunReport.Bin::frames).sum();
      List<double[]> points = new ArrayList<>();
      for (RunReport.Bin bin : bins) {
        points.add(new double[] {bin.from(), above});
        table.row(shown.get(i).iteration(), bin.from(), above);
        above -= bin.frames();
      }
      plot.line(MarkStyle.line(i), points)
          .legendLine(MarkStyle.line(i), "iteration " + shown.get(i).iteration());
    }
    if (last.levels() != null) {
      plot.level(last.levels().lo(), "trust lo " + Scale.text(last.levels().lo()), 0);
    }
    all.add(plot.figure(table));
  }

  private void byFormula(List<Figure> all) {
    List<RunReport.FormulaDeviation> rows =
        report.byFormula().stream()
            .filter(row -> row.deviation().median() > 0 && row.deviation().p99() < 1e300)
            .sorted(Comparator.comparing(row -> -row.deviation().median()))
            .toList();
    if (rows.isEmpty()) {
      return;
    }
    Plot plot =
        new Plot(
                "composition",
                "deviation",
                (outOfOne ? "Expected error" : "Deviation") + " by composition")
            .note(
                "The first iteration that asked the %s; in brackets: frames"
                    .formatted(outOfOne ? "model" : "models"))
            .x(
                measure.title() + " (log)",
                Scale.log(
                    rows.stream().mapToDouble(row -> row.deviation().median()).min().getAsDouble(),
                    rows.stream().mapToDouble(row -> row.deviation().p99()).max().getAsDouble()))
            .rows(
                "formula",
                rows.stream()
                    .map(row -> RunFigures.text("%s (%,d)", row.formula(), row.frames()))
                    .toList());
    FigureTable table =
        new FigureTable(
            "formula",
            "frames",
            measure.column() + " 50 %" + unit(),
            measure.column() + " 90 %" + unit(),
            measure.column() + " 99 %" + unit());
    for (int i = 0; i < rows.size(); i++) {
      var q = rows.get(i).deviation();
      plot.line(MarkStyle.SINGLE, List.of(new double[] {q.median(), i}, new double[] {q.p99(), i}))
          .point(MarkStyle.SOLID, Symbol.CIRCLE, q.median(), i, null)
          .point(MarkStyle.HOLLOW, Symbol.DIAMOND, q.p90(), i, null)
          .point(MarkStyle.SINGLE, Symbol.TRIANGLE, q.p99(), i, null);
      table.row(rows.get(i).formula(), rows.get(i).frames(), q.median(), q.p90(), q.p99());
    }
    all.add(
        plot.legend(MarkStyle.SOLID, Symbol.CIRCLE, "50 %")
            .legend(MarkStyle.HOLLOW, Symbol.DIAMOND, "90 %")
            .legend(MarkStyle.SINGLE, Symbol.TRIANGLE, "99 %")
            .figure(table));
  }

  private void composition(List<Figure> all) {
    List<RunReport.Composition> rows = report.compositions();
    if (rows.isEmpty()) {
      return;
    }
    long most = rows.stream().mapToLong(RunReport.Composition::pool).max().getAsLong();
    Plot plot =
        new Plot("composition", "picks", "Picks by composition")
            .x("frames", Scale.counts(1.3 * most, 5))
            .rows("formula", rows.stream().map(RunReport.Composition::formula).toList());
    FigureTable table = new FigureTable("formula", "frames of the pool", "labelled frames");
    for (int i = 0; i < rows.size(); i++) {
      RunReport.Composition row = rows.get(i);
      plot.box(MarkStyle.BAR, 0, row.pool(), i - 0.36, i + 0.36, 1, null);
      if (row.labelled() > 0) {
        plot.box(MarkStyle.PICKED, 0, row.labelled(), i - 0.36, i + 0.36, 1, null);
      }
      plot.beside(row.pool(), i, ReportTables.percent(row.labelled(), row.pool()));
      table.row(row.formula(), row.pool(), row.labelled());
    }
    all.add(
        plot.legendBox(MarkStyle.BAR, "pool")
            .legendBox(MarkStyle.PICKED, "labelled, and their share")
            .figure(table));
  }

  /** One for each iteration that picked, with the pool on top, so that picks never hide it. */
  private List<Figure> features() {
    RunReport.FeatureSpace space = report.features();
    if (space == null || space.picks().isEmpty()) {
      return List.of();
    }
    List<double[]> every =
        Stream.concat(
                space.pool().stream(),
                space.picks().stream().flatMap(picks -> picks.places().stream()))
            .toList();
    Scale x = padded(every, 0);
    Scale y = padded(every, 1);
    List<Figure> figures = new ArrayList<>();
    int count = space.picks().size();
    int shown = Math.min(count, MOST_MAPS);
    for (int k = 0; k < shown; k++) {
      RunReport.Picks picks = space.picks().get(shown == 1 ? 0 : k * (count - 1) / (shown - 1));
      Plot plot =
          new Plot(
                  "features",
                  "iteration-" + picks.iteration(),
                  "Picks of iteration " + picks.iteration())
              .note(
                  "%s; a sample of %s of the pool"
                      .formatted(
                          Counted.of(picks.places().size(), "pick"),
                          Counted.of(space.pool().size(), "frame")))
              .x("first component (no unit)", x)
              .y("second component (no unit)", y);
      FigureTable table =
          new FigureTable("frame", "first component (no unit)", "second component (no unit)");
      for (double[] place : picks.places()) {
        plot.circle(MarkStyle.HOLLOW, 2.8, place[0], place[1], null);
        table.row("picked", place[0], place[1]);
      }
      for (double[] place : space.pool()) {
        plot.circle(MarkStyle.POOL, 1.1, place[0], place[1], null);
        table.row("pool", place[0], place[1]);
      }
      figures.add(
          plot.legend(MarkStyle.POOL, 1.6, "pool")
              .legend(MarkStyle.HOLLOW, 2.8, "picked")
              .figure(table));
    }
    return figures;
  }

  private static Scale padded(List<double[]> places, int axis) {
    double low = places.stream().mapToDouble(place -> place[axis]).min().getAsDouble();
    double high = places.stream().mapToDouble(place -> place[axis]).max().getAsDouble();
    double room = 0.04 * (high - low);
    return Scale.linear(low - room, high + room, 6);
  }
}
