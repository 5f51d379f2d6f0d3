package org.dpsieve.report;

import java.io.Serializable;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;

/**
 * How an ensemble's models agree with labels of one kind, every model counted: what a parity plot,
 * a histogram of errors and the numbers beside them need. Added up in parts that are then merged.
 */
public final class Agreement implements Serializable {
  private static final long serialVersionUID = 1;

  /** Bins of errors to a factor of ten. */
  static final int PER_DECADE = 8;

  private final Term term;
  private final ErrorSums sums;
  private final TreeMap<String, ErrorSums> byFormula = new TreeMap<>();
  private final CountGrid grid = new CountGrid();
  private final TreeMap<Integer, Long> histogram = new TreeMap<>();
  private double absolute;
  private double signed;

  // of labels: Welford's and Chan's way, as energies are large numbers with small differences
  private double mean;
  private double squaresAroundMean;

  public Agreement(Term term, int models) {
    this.term = term;
    this.sums = new ErrorSums(models);
  }

  /**
   * @param models what the ensemble's models say of the frame
   */
  public void add(Frame frame, String formula, Prediction[] models) {
    double[] label = term.label(frame);
    if (label == null) {
      return;
    }
    double[] squares = new double[models.length];
    for (int m = 0; m < models.length; m++) {
      double[] said = term.said(frame, models[m]);
      for (int i = 0; i < label.length; i++) {
        double error = said[i] - label[i];
        squares[m] += error * error;
        absolute += Math.abs(error);
        signed += error;
        grid.add(label[i], said[i]);
        if (error != 0 && Double.isFinite(error)) {
          histogram.merge(bin(error), 1L, Long::sum);
        }
      }
    }
    long before = sums.values();
    for (int i = 0; i < label.length; i++) {
      double from = label[i] - mean;
      mean += from / (before + i + 1);
      squaresAroundMean += from * (label[i] - mean);
    }
    sums.add(squares, label.length);
    byFormula
        .computeIfAbsent(formula, f -> new ErrorSums(models.length))
        .add(squares, label.length);
  }

  private static int bin(double error) {
    return (int) Math.floor(Math.log10(Math.abs(error)) * PER_DECADE);
  }

  public void merge(Agreement other) {
    long a = sums.values();
    long b = other.sums.values();
    if (b == 0) {
      return;
    }
    double between = other.mean - mean;
    squaresAroundMean += other.squaresAroundMean + between * between * a * b / (a + b);
    mean += between * b / (a + b);
    sums.merge(other.sums);
    absolute += other.absolute;
    signed += other.signed;
    grid.merge(other.grid);
    other.histogram.forEach((bin, n) -> histogram.merge(bin, n, Long::sum));
    other.byFormula.forEach(
        (formula, some) ->
            byFormula.computeIfAbsent(formula, f -> new ErrorSums(some.models())).merge(some));
  }

  public ErrorSums sums() {
    return sums;
  }

  SortedMap<String, ErrorSums> byFormula() {
    return byFormula;
  }

  CountGrid grid() {
    return grid;
  }

  /** Errors by size: bin n from 10^(n / {@link #PER_DECADE}) on; errors of exactly 0 left out. */
  SortedMap<Integer, Long> histogram() {
    return histogram;
  }

  /** Mean absolute error over models and labels. */
  double mae() {
    return absolute / sums.values() / sums.models();
  }

  /** Mean error: above 0 where models say too much. */
  double bias() {
    return signed / sums.values() / sums.models();
  }

  /** 1 - mean squared error / variance of the labels; NaN where all labels are equal. */
  double r2() {
    return squaresAroundMean > 0
        ? 1 - sums.meanSquare() * sums.values() / squaresAroundMean
        : Double.NaN;
  }
}
