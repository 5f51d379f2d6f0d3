package org.dpsieve.report;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/** Pairs of positive numbers counted in cells of equal logarithmic size. */
public final class LogGrid implements Serializable {
  private static final long serialVersionUID = 1;

  /** Cells to a factor of ten, along both axes. */
  static final int PER_DECADE = 24;

  private final TreeMap<CountGrid.Cell, Long> counts = new TreeMap<>();

  /** Counts a pair; one with a number that is not above 0, or no number, is left out. */
  public void add(double x, double y) {
    if (hasPlace(x) && hasPlace(y)) {
      counts.merge(new CountGrid.Cell(cell(x), cell(y)), 1L, Long::sum);
    }
  }

  private static boolean hasPlace(double value) {
    return value > 0 && value < Double.POSITIVE_INFINITY;
  }

  private static long cell(double value) {
    return (long) Math.floor(Math.log10(value) * PER_DECADE);
  }

  static double edge(double cell) {
    return Math.pow(10, cell / PER_DECADE);
  }

  public void merge(LogGrid other) {
    other.counts.forEach((cell, n) -> counts.merge(cell, n, Long::sum));
  }

  Map<CountGrid.Cell, Long> counts() {
    return counts;
  }
}
