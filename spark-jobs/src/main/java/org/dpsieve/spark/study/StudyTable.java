package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.text.Counted;

/**
 * A study in numbers that people read: the mean over models and then over seeds, with the 95 %
 * interval of that mean (Student's t over seeds; none where picks do not depend on the seed).
 */
public final class StudyTable {
  /** Columns of the rows and what they are called, with the factor to the unit shown. */
  public enum Quantity {
    ENERGY("rmse_energy", "energy, meV/atom", 1000),
    FORCE("rmse_force", "force, eV/Å", 1),
    VIRIAL("rmse_virial", "virial, meV/atom", 1000),
    WORST_ENERGY("worst_energy", "worst frame, meV/atom", 1000),
    WORST_FORCE("worst_force", "worst frame, eV/Å", 1),
    LABEL_ENERGY("label_energy", "label as old + change, energy, meV/atom", 1000),
    LABEL_FORCE("label_force", "label as old + change, force, eV/Å", 1),
    LABEL_VIRIAL("label_virial", "label as old + change, virial, meV/atom", 1000),
    COVERAGE_LABEL_ENERGY(
        "coverage_label_energy",
        "labels as old + change: energies within the 95 % interval, %",
        100),
    COVERAGE_LABEL_FORCE(
        "coverage_label_force", "labels as old + change: force components within it, %", 100),
    RANK_SIGMA("rank_sigma", "largest force error, Spearman by sigma_f", 1),
    WORST_SIGMA("worst_by_sigma", "worst tenth found by sigma_f, %", 100),
    RANK_DEVIATION("rank_deviation", "largest force error, Spearman by deviation", 1),
    WORST_DEVIATION("worst_by_deviation", "worst tenth found by deviation, %", 100),
    RANK_MEMBERS("rank_members", "largest force error, Spearman by 8 members out of one model", 1),
    WORST_MEMBERS("worst_by_members", "worst tenth found by those, %", 100),
    RANK_EXPECTED("rank_expected", "largest force error, Spearman by expected error", 1),
    WORST_EXPECTED("worst_by_expected", "worst tenth found by expected error, %", 100),
    COVERAGE_ENERGY("coverage_energy", "energies within the 95 % interval, %", 100),
    COVERAGE_FORCE("coverage_force", "force components within it, %", 100),
    NEXT_ENERGY("next_energy", "energy, expected factor for 100 more", 1),
    NEXT_FORCE("next_force", "force, expected factor for 100 more", 1);

    final String column;
    final String title;
    final double factor;

    Quantity(String column, String title, double factor) {
      this.column = column;
      this.title = title;
      this.factor = factor;
    }
  }

  /** Mean over seeds and half the width of its 95 % interval (NaN with one seed). */
  record Point(double mean, double interval) {}

  /** Quantities that strategies are compared by. */
  static final List<Quantity> SHOWN = List.of(Quantity.ENERGY, Quantity.FORCE, Quantity.VIRIAL);

  private final Map<String, TreeMap<Integer, Map<Long, double[]>>> sums = new TreeMap<>();
  private final List<String> order;
  private final int models;

  /**
   * @param rows as {@link Study#run} gives them
   */
  public StudyTable(Dataset<Row> rows) {
    this(rows, Study.names());
  }

  /**
   * @param order of what {@code strategy} in the rows may be
   */
  StudyTable(Dataset<Row> rows, List<String> order) {
    this.order = order;
    int most = 0;
    for (Row row : rows.collectAsList()) {
      double[] sum =
          sums.computeIfAbsent(row.getAs("strategy"), s -> new TreeMap<>())
              .computeIfAbsent(row.getAs("labels"), b -> new TreeMap<>())
              .computeIfAbsent(row.getAs("seed"), s -> new double[Quantity.values().length]);
      for (Quantity quantity : Quantity.values()) {
        sum[quantity.ordinal()] += row.<Double>getAs(quantity.column) * quantity.factor;
      }
      most = Math.max(most, row.<Integer>getAs("model") + 1);
    }
    models = most;
  }

  List<String> strategies() {
    return order.stream().filter(sums::containsKey).toList();
  }

  List<Integer> budgets(String strategy) {
    return List.copyOf(sums.get(strategy).keySet());
  }

  /** Over the seeds of which it is known; NaN where it is of none. */
  Point point(String strategy, int labels, Quantity quantity) {
    double[] values =
        sums.get(strategy).get(labels).values().stream()
            .mapToDouble(sum -> sum[quantity.ordinal()] / models)
            .filter(value -> !Double.isNaN(value))
            .toArray();
    if (values.length == 0) {
      return new Point(Double.NaN, Double.NaN);
    }
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double square = 0;
    for (double value : values) {
      square += (value - mean) * (value - mean);
    }
    if (values.length < 2) {
      return new Point(mean, Double.NaN);
    }
    double error = Math.sqrt(square / (values.length - 1) / values.length);
    double quantile = new TDistribution(values.length - 1).inverseCumulativeProbability(0.975);
    return new Point(mean, quantile * error);
  }

  /**
   * Labels at which a strategy's mean error first is as low as another's at {@code labels}; between
   * budgets the error is taken as a power of the labels.
   *
   * @return empty where it never is, or the other has no such budget
   */
  OptionalDouble labelsToReach(String strategy, String other, int labels, Quantity quantity) {
    if (!sums.containsKey(other) || !sums.get(other).containsKey(labels)) {
      return OptionalDouble.empty();
    }
    double goal = point(other, labels, quantity).mean();
    double fromLabels = Double.NaN;
    double fromError = Double.NaN;
    for (int budget : budgets(strategy)) {
      double error = point(strategy, budget, quantity).mean();
      if (error <= goal) {
        double part =
            (Math.log(goal) - Math.log(fromError)) / (Math.log(error) - Math.log(fromError));
        return OptionalDouble.of(
            Double.isNaN(fromLabels)
                ? budget
                : fromLabels * Math.pow(budget / fromLabels, error == fromError ? 0 : part));
      }
      fromLabels = budget;
      fromError = error;
    }
    return OptionalDouble.empty();
  }

  /**
   * As Markdown.
   *
   * @param reference labels of {@code random} that the last table compares with
   */
  public String text(int reference) {
    StringBuilder text = new StringBuilder();
    for (Quantity quantity : Quantity.values()) {
      if (isKnown(quantity)) {
        errors(quantity, text);
      }
    }
    found(text);
    text.append(
        "Labels to reach the error of random at %d (\"first budget\" or less counts as that budget):%n%n| strategy |"
            .formatted(reference));
    SHOWN.forEach(quantity -> text.append(" %s |".formatted(quantity.title)));
    text.append("%n|---%s|%n".formatted("|---".repeat(SHOWN.size())));
    for (String strategy : strategies()) {
      text.append("| %s |".formatted(strategy));
      for (Quantity quantity : SHOWN) {
        OptionalDouble labels =
            labelsToReach(strategy, PickStrategy.RANDOM.key(), reference, quantity);
        text.append(
            labels.isPresent() ? " %.0f |".formatted(labels.getAsDouble()) : " not reached |");
      }
      text.append("%n".formatted());
    }
    return text.toString();
  }

  private boolean isKnown(Quantity quantity) {
    return sums.values().stream()
        .flatMap(budgets -> budgets.values().stream())
        .flatMap(seeds -> seeds.values().stream())
        .anyMatch(sum -> !Double.isNaN(sum[quantity.ordinal()]));
  }

  /** What 100 more labels made of the errors, where both budgets are there. */
  private void found(StringBuilder text) {
    if (!isKnown(Quantity.NEXT_ENERGY)) {
      return;
    }
    for (Quantity quantity : List.of(Quantity.ENERGY, Quantity.FORCE)) {
      for (String strategy : strategies()) {
        for (int budget : budgets(strategy)) {
          int more = budget + StudyUncertainty.NEXT;
          if (budgets(strategy).contains(more)) {
            text.append(
                "%s, %s: %d to %s, found factor %.4f%n"
                    .formatted(
                        strategy,
                        quantity.title,
                        budget,
                        Counted.of(more, "label"),
                        point(strategy, more, quantity).mean()
                            / point(strategy, budget, quantity).mean()));
          }
        }
      }
    }
    text.append("%n".formatted());
  }

  private void errors(Quantity quantity, StringBuilder text) {
    List<Integer> budgets = new ArrayList<>(budgets(strategies().get(0)));
    text.append("| %s |".formatted(quantity.title));
    budgets.forEach(budget -> text.append(" %d |".formatted(budget)));
    text.append("%n|---%s|%n".formatted("|---".repeat(budgets.size())));
    for (String strategy : strategies()) {
      if (budgets.stream().allMatch(b -> Double.isNaN(point(strategy, b, quantity).mean()))) {
        continue;
      }
      text.append("| %s |".formatted(strategy));
      for (int budget : budgets) {
        text.append(' ').append(text(strategy, budget, quantity)).append(" |");
      }
      text.append("%n".formatted());
    }
    text.append("%n".formatted());
  }

  /** The mean and its interval, where there are some. */
  String text(String strategy, int labels, Quantity quantity) {
    Point point = point(strategy, labels, quantity);
    if (Double.isNaN(point.mean())) {
      return "–";
    }
    String number = quantity.factor == 1 ? "%.4f" : "%.2f";
    return Double.isNaN(point.interval())
        ? number.formatted(point.mean())
        : (number + " ± " + number).formatted(point.mean(), point.interval());
  }
}
