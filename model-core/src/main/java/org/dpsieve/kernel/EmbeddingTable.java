package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.TabulatedEmbedding;

/**
 * An embedding net as piecewise polynomials. Each agrees with the net in value and slope at both
 * ends and at {@code degree / 2 - 1} places between (Hermite's interpolation), so that value and
 * slope are continuous. Intervals are halved until value and slope, checked where such a polynomial
 * errs most, are within the bounds; where that takes too many of them (a kink of relu), and outside
 * the table, the net itself is to be asked.
 *
 * <p>One interval is one contiguous line of memory: its coefficients, each for all outputs. The
 * degree is chosen for the second-level cache: with quintics, the part of the tables that real
 * distances touch was several times larger than it, and reading them took longer than the
 * arithmetic.
 *
 * <p>An embedding that is a table already ({@code dp compress}) keeps its own polynomials.
 */
final class EmbeddingTable {
  /**
   * How close to the net a table is.
   *
   * @param terms coefficients of one polynomial, 6 or 8
   * @param value largest error of G, relative to the largest output where that is above one
   * @param slope largest error of dG/ds, relative to the largest slope where that is above one
   */
  record Accuracy(int terms, double value, double slope) {
    /** For results that agree with the net's own to 1e-10 eV per atom and 1e-9 eV/Å. */
    static final Accuracy FLOAT64 = new Accuracy(8, 2e-13, 2e-11);

    /** A tenth of what the coefficients lose by rounding to single precision. */
    static final Accuracy FLOAT32 = new Accuracy(6, 5e-9, 5e-8);
  }

  /** Outputs are padded to a multiple of this, which every vector of the Vector API divides. */
  static final int LINE = 16;

  private static final double CELL = 1;
  private static final int MAX_LEVEL = 7;

  /**
   * Where a polynomial agrees with the net, in intervals, by half its terms: the error goes as w²,
   * the square of the product of the distances to them, its slope as 2 w w'. Of four places, these
   * make the largest |w| least.
   */
  private static final double[][] NODES = {
    {0, 0.5, 1}, {0, (1 - Math.tan(Math.PI / 8)) / 2, (1 + Math.tan(Math.PI / 8)) / 2, 1}
  };

  /** Where the error is looked at, in intervals: where w² or w w' peak. */
  private static final double[][] CHECKED = {
    {0.093, 0.211, 0.372, 0.628, 0.789, 0.907},
    {0.043, 0.1175, 0.1945, 0.3925, 0.5, 0.6075, 0.8055, 0.8825, 0.957}
  };

  private final int width;
  private final Accuracy accuracy;

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

  /** Whose polynomials these are; {@code null} where they were made here. */
  private final TabulatedEmbedding given;

  /** Tabulates {@code embedding} between {@code low} and {@code high}, where it is a net. */
  static EmbeddingTable of(Embedding embedding, double low, double high, Accuracy accuracy) {
    if (embedding instanceof Network network) {
      return high > low
          ? MadeTables.of(network, low, high, accuracy)
          : new EmbeddingTable(network, low, high, accuracy);
    }
    return new EmbeddingTable((TabulatedEmbedding) embedding, high > low, accuracy);
  }

  private EmbeddingTable(TabulatedEmbedding given, boolean tabulated, Accuracy accuracy) {
    this.accuracy = accuracy;
    this.given = tabulated ? given : null;
    low = given.lower();
    high = tabulated ? given.max() : low;
    level = new int[0];
    firstInterval = level;
    width = given.outputSize();
    pitch = pitch(width);
    intervals = tabulated ? given.intervals() : 0;
    origin = new double[intervals];
    coefficients = new double[intervals * stride()];
    for (int i = 0; i < intervals; i++) {
      origin[i] = given.origin(i);
      for (int m = 0; m < width; m++) {
        for (int k = 0; k < TabulatedEmbedding.TERMS; k++) {
          coefficients[i * stride() + k * pitch + m] =
              given.coefficients()[(i * width + m) * TabulatedEmbedding.TERMS + k];
        }
      }
    }
  }

  /** Tabulates {@code network} between {@code low} and {@code high} (normalised s). */
  EmbeddingTable(Network network, double low, double high, Accuracy accuracy) {
    this(new EmbeddingNet(network), network.outputSize(), low, high, accuracy);
  }

  /** Tabulates functions of one number. */
  EmbeddingTable(EmbeddingSlope net, int width, double low, double high, Accuracy accuracy) {
    this.accuracy = accuracy;
    this.low = low;
    given = null;
    int cells = (int) Math.ceil((high - low) / CELL);
    this.high = low + cells * CELL;
    level = new int[cells];
    firstInterval = new int[cells];
    this.width = width;
    pitch = pitch(width);
    coefficients = new double[origin.length * stride()];
    Builder builder = new Builder(net);
    for (int cell = 0; cell < cells; cell++) {
      builder.tabulate(cell);
    }
    origin = Arrays.copyOf(origin, intervals);
    coefficients = Arrays.copyOf(coefficients, intervals * stride());
  }

  /** Numbers of one interval in {@link #coefficients}. */
  int stride() {
    return accuracy.terms() * pitch;
  }

  /** Numbers from the first output's coefficient of one power to that of the next. */
  static int pitch(int width) {
    return (width + LINE - 1) / LINE * LINE;
  }

  /** Row-major [intervals, terms, pitch]: G = sum over k of c_k (s - origin)^k. */
  double[] coefficients() {
    return coefficients;
  }

  /** The interval that holds {@code s}; -1 where the net itself is to be asked, also for NaN. */
  int interval(double s) {
    if (!(s >= low && s < high)) {
      return -1;
    }
    if (given != null) {
      return given.interval(s);
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

  /** Largest error of G seen between the nodes, measured as {@link Accuracy#value}. */
  double valueError() {
    return valueError;
  }

  /** Largest error of dG/ds seen between the nodes, measured as {@link Accuracy#slope}. */
  double slopeError() {
    return slopeError;
  }

  /** Share of the range that is left to the net. */
  double emptyShare() {
    return level.length == 0 ? 0 : (double) emptyCells / level.length;
  }

  private final class Builder {
    private final EmbeddingSlope net;

    private final double[] places = NODES[accuracy.terms() / 2 - 3];
    private final double[] checked = CHECKED[accuracy.terms() / 2 - 3];

    /** From what value and slope do beyond the tangent at 0 to the coefficients from t² on. */
    private final double[][] solve = solution(places);

    /** Value and slope at the places. */
    private final double[][] node = new double[places.length][2 * width];

    private final double[] exact = new double[2 * width];
    private double cellValueError;
    private double cellSlopeError;

    Builder(EmbeddingSlope net) {
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
        if (!(cellValueError <= accuracy.value() && cellSlopeError <= accuracy.slope())) {
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
      for (int n = 0; n < places.length; n++) {
        net.evaluate(from + places[n] * h, node[n], 0, width);
      }
      origin[intervals] = from;
      int line = intervals * stride();
      double[] beyond = new double[solve.length];
      for (int m = 0; m < width; m++) {
        double start = node[0][m];
        double rise = h * node[0][width + m];
        for (int n = 1; n < places.length; n++) {
          beyond[2 * n - 2] = node[n][m] - start - places[n] * rise;
          beyond[2 * n - 1] = h * node[n][width + m] - rise;
        }
        coefficients[line + m] = start;
        coefficients[line + pitch + m] = rise / h;
        double power = h;
        for (int k = 0; k < solve.length; k++) {
          power *= h;
          double c = 0;
          for (int i = 0; i < beyond.length; i++) {
            c += solve[k][i] * beyond[i];
          }
          coefficients[line + (k + 2) * pitch + m] = c / power;
        }
      }
      intervals++;
    }

    private void check(double from, double h) {
      int line = (intervals - 1) * stride();
      for (double place : checked) {
        double t = place * h;
        net.evaluate(from + t, exact, 0, width);
        double scale = 1;
        double slopeScale = 1;
        double worst = 0;
        double worstSlope = 0;
        for (int m = 0; m < width; m++) {
          double g = 0;
          double dg = 0;
          for (int k = accuracy.terms() - 1; k >= 0; k--) {
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

  /** Inverse of: powers 2, 3, ... and their slopes at every place but the first, by elimination. */
  private static double[][] solution(double[] places) {
    int n = 2 * places.length - 2;
    double[][] left = new double[n][n];
    double[][] right = new double[n][n];
    for (int i = 0; i < n; i++) {
      double x = places[i / 2 + 1];
      for (int k = 0; k < n; k++) {
        left[i][k] = i % 2 == 0 ? Math.pow(x, k + 2) : (k + 2) * Math.pow(x, k + 1);
      }
      right[i][i] = 1;
    }
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int i = column + 1; i < n; i++) {
        pivot = Math.abs(left[i][column]) > Math.abs(left[pivot][column]) ? i : pivot;
      }
      swap(left, pivot, column);
      swap(right, pivot, column);
      double scale = 1 / left[column][column];
      for (int k = 0; k < n; k++) {
        left[column][k] *= scale;
        right[column][k] *= scale;
      }
      for (int i = 0; i < n; i++) {
        double factor = left[i][column];
        for (int k = 0; k < n && i != column; k++) {
          left[i][k] -= factor * left[column][k];
          right[i][k] -= factor * right[column][k];
        }
      }
    }
    return right;
  }

  private static void swap(double[][] rows, int a, int b) {
    double[] row = rows[a];
    rows[a] = rows[b];
    rows[b] = row;
  }
}
