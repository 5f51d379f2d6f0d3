package org.dpsieve.spark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.infer.Prediction;
import org.dpsieve.report.RunReport;

/** What models say against labels, counted in squares. */
final class Parity {
  /** Squares along an axis: finer than a pen on paper needs. */
  private static final int SIZE = 56;

  /** Squares to a factor of ten. */
  private static final int PER_DECADE = 24;

  /** Larger numbers have no place on an axis. */
  private static final double LARGEST = 1e300;

  /** What is drawn: a label's numbers, and the same of a model. */
  enum Quantity {
    /** eV per atom. */
    ENERGY(
        one ->
            one.frame().labels().energy() == null
                ? null
                : new double[] {one.frame().labels().energy() / one.frame().atomCount()}),
    /** eV/Å, components. */
    FORCE(one -> one.frame().labels().force());

    private final Function<Compared, double[]> label;

    Quantity(Function<Compared, double[]> label) {
      this.label = label;
    }

    private double[] of(Compared one, int model) {
      Prediction prediction = one.predictions()[model];
      return this == ENERGY
          ? new double[] {prediction.energy() / one.frame().atomCount()}
          : prediction.force();
    }
  }

  private Parity() {}

  /**
   * Two ensembles on the same axes.
   *
   * @param frames with the predictions of the models before, then of as many after
   * @return before, after; empty when there is no such label
   */
  static List<RunReport.Grid> grids(List<Compared> frames, Quantity quantity) {
    double lo = Double.POSITIVE_INFINITY;
    double hi = Double.NEGATIVE_INFINITY;
    for (Compared one : frames) {
      double[] label = quantity.label.apply(one);
      if (label == null) {
        continue;
      }
      double[] range = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
      widen(range, label);
      for (int m = 0; m < one.predictions().length; m++) {
        widen(range, quantity.of(one, m));
      }
      if (Math.abs(range[0]) < LARGEST && Math.abs(range[1]) < LARGEST) {
        lo = Math.min(lo, range[0]);
        hi = Math.max(hi, range[1]);
      }
    }
    if (lo > hi) {
      return List.of();
    }
    if (!(hi > lo)) {
      hi = lo + Math.max(1e-6, 1e-6 * Math.abs(lo));
    }
    double width = (hi - lo) / SIZE;
    List<RunReport.Grid> grids = new ArrayList<>();
    for (int half = 0; half < 2; half++) {
      TreeMap<Integer, Long> counts = new TreeMap<>();
      for (Compared one : frames) {
        count(one, quantity, half, lo, width, counts);
      }
      List<long[]> cells = new ArrayList<>();
      counts.forEach((cell, n) -> cells.add(new long[] {cell / SIZE, cell % SIZE, n}));
      grids.add(new RunReport.Grid(lo, hi, SIZE, cells));
    }
    return grids;
  }

  private static void widen(double[] range, double[] values) {
    for (double value : values) {
      range[0] = Math.min(range[0], value);
      range[1] = Math.max(range[1], value);
    }
  }

  private static void count(
      Compared one,
      Quantity quantity,
      int half,
      double lo,
      double width,
      TreeMap<Integer, Long> counts) {
    double[] label = quantity.label.apply(one);
    int models = one.predictions().length / 2;
    for (int m = half * models; label != null && m < (half + 1) * models; m++) {
      double[] said = quantity.of(one, m);
      for (int i = 0; i < label.length; i++) {
        int x = cell(label[i], lo, width);
        int y = cell(said[i], lo, width);
        if (x >= 0 && y >= 0) {
          counts.merge(x * SIZE + y, 1L, Long::sum);
        }
      }
    }
  }

  /** -1 for what is no number or out of range, as NaN. */
  private static int cell(double value, double min, double width) {
    double cell = (value - min) / width;
    return cell >= 0 && cell <= SIZE ? (int) Math.min(SIZE - 1, cell) : -1;
  }

  /** An ensemble's largest deviation of a force against its largest error, frame by frame. */
  static RunReport.LogGrid deviationAndError(List<Compared> frames) {
    TreeMap<Long, TreeMap<Long, Long>> counts = new TreeMap<>();
    for (Compared one : frames) {
      if (one.frame().labels().force() == null) {
        continue;
      }
      double deviation = Deviation.of(one.predictions()).maxDeviF();
      double error = Deviation.PLAIN.ofLabels(one.predictions(), one.frame().labels()).maxDeviF();
      if (isPositive(deviation) && isPositive(error)) {
        counts
            .computeIfAbsent(logCell(deviation), x -> new TreeMap<>())
            .merge(logCell(error), 1L, Long::sum);
      }
    }
    List<long[]> cells = new ArrayList<>();
    counts.forEach((x, row) -> row.forEach((y, n) -> cells.add(new long[] {x, y, n})));
    return new RunReport.LogGrid(PER_DECADE, cells);
  }

  private static boolean isPositive(double value) {
    return value > 0 && value < Double.POSITIVE_INFINITY;
  }

  private static long logCell(double value) {
    return (long) Math.floor(Math.log10(value) * PER_DECADE);
  }
}
