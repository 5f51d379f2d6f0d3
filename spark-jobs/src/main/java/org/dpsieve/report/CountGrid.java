package org.dpsieve.report;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * Points counted in squares, both axes alike. Squares are as large as a power of 2 and as small as
 * keeps the range of all points within {@link #MOST} of them, so that neither order nor parts of
 * the points matter, and nobody has to know their range beforehand.
 */
public final class CountGrid implements Serializable {
  private static final long serialVersionUID = 1;

  /** Squares along an axis: finer than a pen on paper needs. */
  static final int MOST = 96;

  /** Larger numbers have no place on an axis. */
  private static final double LARGEST = 1e300;

  /** Squares are not smaller than that part (as a power of 2) of the largest number. */
  private static final int FINEST = -40;

  private static final int SMALLEST_EXPONENT = -100;

  private int exponent = SMALLEST_EXPONENT;
  private double low = Double.POSITIVE_INFINITY;
  private double high = Double.NEGATIVE_INFINITY;
  private TreeMap<Cell, Long> counts = new TreeMap<>();

  /** The square from x · {@link #size()} to (x + 1) · size(). */
  record Cell(long x, long y) implements Comparable<Cell>, Serializable {
    @Override
    public int compareTo(Cell other) {
      return x != other.x ? Long.compare(x, other.x) : Long.compare(y, other.y);
    }
  }

  /** Counts a point; one with NaN or infinity is left out. */
  public void add(double x, double y) {
    if (!(Math.abs(x) < LARGEST && Math.abs(y) < LARGEST)) {
      return;
    }
    widen(Math.min(x, y), Math.max(x, y));
    counts.merge(new Cell(cell(x), cell(y)), 1L, Long::sum);
  }

  public void merge(CountGrid other) {
    if (other.counts.isEmpty()) {
      return;
    }
    widen(other.low, other.high);
    other.widen(low, high);
    other.counts.forEach((cell, n) -> counts.merge(cell, n, Long::sum));
  }

  private void widen(double from, double to) {
    if (from >= low && to <= high) {
      return;
    }
    low = Math.min(low, from);
    high = Math.max(high, to);
    int needed = exponent;
    int finest = Math.getExponent(Math.max(Math.abs(low), Math.abs(high))) + FINEST;
    needed = Math.max(needed, finest);
    while (Math.floor(Math.scalb(high, -needed)) - Math.floor(Math.scalb(low, -needed)) >= MOST) {
      needed++;
    }
    int coarser = needed - exponent;
    if (coarser > 0) {
      exponent = needed;
      TreeMap<Cell, Long> fewer = new TreeMap<>();
      counts.forEach(
          (cell, n) ->
              fewer.merge(
                  new Cell(shift(cell.x(), coarser), shift(cell.y(), coarser)), n, Long::sum));
      counts = fewer;
    }
  }

  private static long shift(long cell, int by) {
    return cell >> Math.min(by, Long.SIZE - 1);
  }

  private long cell(double value) {
    return (long) Math.floor(Math.scalb(value, -exponent));
  }

  public boolean isEmpty() {
    return counts.isEmpty();
  }

  /** How many points there are. */
  long points() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  double size() {
    return Math.scalb(1.0, exponent);
  }

  /** The least number of any point. */
  double low() {
    return low;
  }

  double high() {
    return high;
  }

  Map<Cell, Long> counts() {
    return counts;
  }
}
