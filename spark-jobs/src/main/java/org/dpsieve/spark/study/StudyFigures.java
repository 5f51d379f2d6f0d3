package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureTable;
import org.dpsieve.figure.MarkStyle;
import org.dpsieve.figure.Plot;
import org.dpsieve.figure.Scale;
import org.dpsieve.figure.Symbol;
import org.dpsieve.pick.PickStrategy;

/** A study as charts: error against labels, both logarithmic, with 95 % intervals. */
public final class StudyFigures {
  private StudyFigures() {}

  /** One for each quantity that is known. */
  public static List<Figure> of(StudyTable table) {
    List<Figure> figures = new ArrayList<>();
    for (StudyTable.Quantity quantity : StudyTable.SHOWN) {
      List<double[]> all = points(table, quantity);
      if (!all.isEmpty()) {
        figures.add(figure(table, quantity, all));
      }
    }
    return figures;
  }

  /** Labels, mean and the ends of its interval, which may be NaN. */
  private static List<double[]> points(StudyTable table, StudyTable.Quantity quantity) {
    List<double[]> all = new ArrayList<>();
    table.strategies().forEach(strategy -> all.addAll(points(table, quantity, strategy)));
    return all;
  }

  private static List<double[]> points(
      StudyTable table, StudyTable.Quantity quantity, String strategy) {
    List<double[]> points = new ArrayList<>();
    for (int labels : table.budgets(strategy)) {
      StudyTable.Point point = table.point(strategy, labels, quantity);
      if (point.mean() > 0) {
        double least = point.mean() - point.interval();
        points.add(new double[] {labels, point.mean(), least, point.mean() + point.interval()});
      }
    }
    return points;
  }

  private static Figure figure(StudyTable table, StudyTable.Quantity quantity, List<double[]> all) {
    double[] labels = all.stream().mapToDouble(point -> point[0]).toArray();
    double[] means = all.stream().mapToDouble(point -> point[1]).toArray();
    String[] name = quantity.title.split(", ", 2); // energy, meV/atom
    Plot plot =
        new Plot("study", name[0], "Frames held out: %s error".formatted(name[0]))
            .note("mean over seeds and models, 95 % intervals over seeds")
            .x("labels (log)", budgets(table, labels))
            .y(
                "RMSE, %s (log)".formatted(name[1]),
                Scale.log(
                    DoubleStream.of(means).min().getAsDouble(),
                    DoubleStream.of(means).max().getAsDouble()));
    FigureTable numbers =
        new FigureTable(
            "strategy",
            "labels",
            "RMSE (%s)".formatted(name[1]),
            "95 %% from (%s)".formatted(name[1]),
            "95 %% to (%s)".formatted(name[1]));
    for (String strategy : table.strategies()) {
      List<double[]> points = points(table, quantity, strategy);
      int which = PickStrategy.keys().indexOf(strategy.replace(Study.ALONE, ""));
      boolean alone = !PickStrategy.keys().contains(strategy);
      MarkStyle style = MarkStyle.line(which);
      Symbol symbol = alone ? Symbol.CROSS : Symbol.of(which);
      plot.line(style, points).legend(style, symbol, strategy);
      for (double[] point : points) {
        if (!Double.isNaN(point[2])) { // more than one seed
          plot.interval(style, point[0], point[2], point[3]);
        }
        plot.point(style, symbol, point[0], point[1], null);
        numbers.row(strategy, (int) point[0], point[1], point[2], point[3]);
      }
    }
    return plot.figure(numbers);
  }

  /** The budgets themselves are the ticks, as far as there is room. */
  private static Scale budgets(StudyTable table, double[] labels) {
    Scale scale =
        Scale.log(
            DoubleStream.of(labels).min().getAsDouble(),
            DoubleStream.of(labels).max().getAsDouble());
    List<Double> ticks =
        table.budgets(table.strategies().get(0)).stream().map(Integer::doubleValue).toList();
    return new Scale(scale.low(), scale.high(), true, ticks);
  }
}
