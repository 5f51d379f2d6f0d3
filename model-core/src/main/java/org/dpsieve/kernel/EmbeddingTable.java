package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.Network;

/**
 * An embedding net as piecewise quintics. Each agrees with the net in value and slope at both ends
 * and in the middle of its interval, so that value and slope are continuous. Intervals are halved
 * until value and slope, checked where such a quintic errs most, are within the bounds; where that
 * takes too many of them (a kink of relu), and outside the table, the net itself is to be asked.
 *
 * <p>One interval is one contiguous line of memory: its six coefficients, each for all outputs.
 */
final class EmbeddingTable {
  /** Coefficients of a quintic. */
  static final int TERMS = 6;

  /** Largest error of G, relative to the largest output where that is above one. */
  static final double VALUE_BOUND = 2e-13;

  /** Largest error of dG/ds, relative to the largest slope where that is above one. */
  static final double SLOPE_BOUND = 2e-11;

  /** Outputs are padded to a multiple of this, which every vector of the Vector API divides. */
  static final int LINE = 16;

  private static final double CELL = 0.5;
  private static final int MAX_LEVEL = 7;

  /**
   * Where the error is looked at, in intervals: it goes as w² = (x (x - 1/2) (x - 1))², its slope
   * as 2 w dw/dx; these are the places where the one or the other peaks.
   */
  private static final double[] CHECKED = {0.093, 0.211, 0.372, 0.628, 0.789, 0.907};

  private final int width;

  /** {@link #width} and zeros up to whole lines of the cache. */
  private final int pitch;

  private final double low;
  private final double high;

  /** log2 of the number of intervals in each cell, or -1 where there are none. */
  private final int[] level;

  private final int[] firstInterval;
  private double[] origin = new double[128];
  private double[] coefficients;
  private int intervals;
  private double valueError;
  private double slopeError;
  private int emptyCells;

  /** Tabulates {@code network} between {@code low} and {@code high} (normalised s). */
  EmbeddingTable(Network network, double low, double high) {
    this.low = low;
    int cells = (int) Math.ceil((high - low) / CELL);
    this.high = low + cells * CELL;
    level = new int[cells];
    firstInterval = new int[cells];
    width = network.outputSize();
    pitch = pitch(width);
    coefficients = new double[origin.length * stride()];
    Builder builder = new Builder(new EmbeddingNet(network));
    for (int cell = 0; cell < cells; cell++) {
      builder.tabulate(cell);
    }
    origin = Arrays.copyOf(origin, intervals);
    coefficients = Arrays.copyOf(coefficients, intervals * stride());
  }

  /** Numbers of one interval in {@link #coefficients}. */
  int stride() {
    return TERMS * pitch;
  }

  /** Numbers from the first output's coefficient of one power to that of the next. */
  static int pitch(int width) {
    return (width + LINE - 1) / LINE * LINE;
  }

  /** Row-major [intervals, 6, pitch]: G = sum over k of c_k (s - origin)^k. */
  double[] coefficients() {
    return coefficients;
  }

  /** The interval that holds {@code s}; -1 where the net itself is to be asked, also for NaN. */
  int interval(double s) {
    if (!(s >= low && s < high)) {
      return -1;
    }
    double along = (s - low) * (1 / CELL);
    int cell = Math.min((int) along, level.length - 1);
    if (level[cell] < 0) {
      return -1;
    }
    int parts = 1 << level[cell];
    return firstInterval[cell] + Math.min((int) ((along - cell) * parts), parts - 1);
  }

  /** Start of an interval. */
  double origin(int interval) {
    return origin[interval];
  }

  int intervals() {
    return intervals;
  }

  /** Largest error of G seen between the nodes, measured as {@link #VALUE_BOUND}. */
  double valueError() {
    return valueError;
  }

  /** Largest error of dG/ds seen between the nodes, measured as {@link #SLOPE_BOUND}. */
  double slopeError() {
    return slopeError;
  }

  /** Share of the range that is left to the net. */
  double emptyShare() {
    return (double) emptyCells / level.length;
  }

  private final class Builder {
    private final EmbeddingNet net;

    /** Value and slope at the three nodes, and where the error is checked. */
    private final double[][] node = new double[3][2 * width];

    private final double[] exact = new double[2 * width];
    private double cellValueError;
    private double cellSlopeError;

    Builder(EmbeddingNet net) {
      this.net = net;
    }

    void tabulate(int cell) {
      firstInterval[cell] = intervals;
      for (int l = 0; l <= MAX_LEVEL; l++) {
        intervals = firstInterval[cell];
        if (fill(low + cell * CELL, 1 << l)) {
          level[cell] = l;
          valueError = Math.max(valueError, cellValueError);
          slopeError = Math.max(slopeError, cellSlopeError);
          return;
        }
      }
      intervals = firstInterval[cell];
      level[cell] = -1;
      emptyCells++;
    }

    private boolean fill(double start, int parts) {
      double h = CELL / parts;
      cellValueError = 0;
      cellSlopeError = 0;
      for (int i = 0; i < parts; i++) {
        add(start + i * h, h);
        check(start + i * h, h);
        if (!(cellValueError <= VALUE_BOUND && cellSlopeError <= SLOPE_BOUND)) {
          return false;
        }
      }
      return true;
    }

    private void add(double from, double h) {
      if (intervals == origin.length) {
        origin = Arrays.copyOf(origin, 2 * intervals);
        coefficients = Arrays.copyOf(coefficients, 2 * intervals * stride());
      }
      for (int n = 0; n < 3; n++) {
        net.evaluate(from + n * h / 2, node[n], 0, width);
      }
      origin[intervals] = from;
      int line = intervals * stride();
      for (int m = 0; m < width; m++) {
        double rise = h * node[0][width + m];
        double f1 = node[1][m] - node[0][m] - rise / 2;
        double f2 = node[2][m] - node[0][m] - rise;
        double g1 = h * node[1][width + m] - rise;
        double g2 = h * node[2][width + m] - rise;
        coefficients[line + m] = node[0][m];
        coefficients[line + pitch + m] = node[0][width + m];
        coefficients[line + 2 * pitch + m] = (16 * f1 + 7 * f2 - 8 * g1 - g2) / (h * h);
        coefficients[line + 3 * pitch + m] = (-32 * f1 - 34 * f2 + 32 * g1 + 5 * g2) / (h * h * h);
        coefficients[line + 4 * pitch + m] =
            (16 * f1 + 52 * f2 - 40 * g1 - 8 * g2) / (h * h * h * h);
        coefficients[line + 5 * pitch + m] = (-24 * f2 + 16 * g1 + 4 * g2) / (h * h * h * h * h);
      }
      intervals++;
    }

    private void check(double from, double h) {
      int line = (intervals - 1) * stride();
      for (double place : CHECKED) {
        double t = place * h;
        net.evaluate(from + t, exact, 0, width);
        double scale = 1;
        double slopeScale = 1;
        double worst = 0;
        double worstSlope = 0;
        for (int m = 0; m < width; m++) {
          double g = 0;
          double dg = 0;
          for (int k = TERMS - 1; k >= 0; k--) {
            dg = dg * t + g;
            g = g * t + coefficients[line + k * pitch + m];
          }
          scale = Math.max(scale, Math.abs(exact[m]));
          slopeScale = Math.max(slopeScale, Math.abs(exact[width + m]));
          worst = Math.max(worst, Math.abs(g - exact[m])); // Math.max hands NaN on
          worstSlope = Math.max(worstSlope, Math.abs(dg - exact[width + m]));
        }
        cellValueError = Math.max(cellValueError, worst / scale);
        cellSlopeError = Math.max(cellSlopeError, worstSlope / slopeScale);
      }
    }
  }
}
