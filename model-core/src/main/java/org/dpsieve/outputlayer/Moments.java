package org.dpsieve.outputlayer;

import java.io.Serializable;

/**
 * Sums over weighted rows x of a linear model and their residuals r at the starting parameters: of
 * w x xᵀ, w x r and w r², all that a least-squares solution needs.
 */
final class Moments implements Serializable {
  private static final long serialVersionUID = 1;

  private final int size;
  private final double[] matrix; // row-major [size, size], upper triangle
  private final double[] right; // [size]
  private double square;
  private long rows;
  private double[]
      oldRight; // of other residuals of the same rows, [size]; null where none is known
  private double oldSquare;
  private double cross; // sum of w r times the other residual

  Moments(int size) {
    this(size, new double[Math.multiplyExact(size, size)], new double[size]);
  }

  private Moments(int size, double[] matrix, double[] right) {
    this.size = size;
    this.matrix = matrix;
    this.right = right;
  }

  /**
   * @param x row-major [residual.length, size]
   * @param weight of every row
   */
  void add(double[] x, double[] residual, double weight) {
    int count = residual.length;
    OpenBlas.addGram(count, size, weight, x, matrix);
    for (int row = 0; row < count; row++) {
      double weighted = weight * residual[row];
      for (int k = 0; k < size; k++) {
        right[k] += weighted * x[row * size + k];
      }
      square += weighted * residual[row];
    }
    rows += count;
  }

  /**
   * Adds rows of which the old labels' residuals are known, too.
   *
   * @param old as many as {@code residual}
   */
  void add(double[] x, double[] residual, double[] old, double weight) {
    add(x, residual, weight);
    if (oldRight == null) {
      oldRight = new double[size];
    }
    for (int row = 0; row < old.length; row++) {
      double weighted = weight * old[row];
      for (int k = 0; k < size; k++) {
        oldRight[k] += weighted * x[row * size + k];
      }
      oldSquare += weighted * old[row];
      cross += weighted * residual[row];
    }
  }

  /**
   * The same rows, with residuals at changed parameters and less a share of the old labels'. The
   * sums of x xᵀ are these very ones: add nothing to either after.
   *
   * @param change of the starting parameters, [size]
   * @param share of the old residuals; rows of which none is known count as having 0
   */
  Moments changed(double[] change, double share) {
    double[] pull = right.clone();
    for (int i = 0; i < size; i++) {
      double sum = matrix[i * size + i] * change[i];
      for (int j = 0; j < size; j++) {
        sum += j == i ? 0 : matrix[Math.min(i, j) * size + Math.max(i, j)] * change[j];
      }
      pull[i] -= sum;
      if (oldRight != null) {
        pull[i] -= share * oldRight[i];
      }
    }
    Moments changed = new Moments(size, matrix, pull);
    changed.square = square(change, share);
    changed.rows = rows;
    return changed;
  }

  /** Whether any row's old residual is known. */
  boolean knowsOld() {
    return oldRight != null;
  }

  void add(Moments other) {
    for (int k = 0; k < matrix.length; k++) {
      matrix[k] += other.matrix[k];
    }
    for (int k = 0; k < size; k++) {
      right[k] += other.right[k];
    }
    square += other.square;
    rows += other.rows;
    if (other.oldRight != null) {
      if (oldRight == null) {
        oldRight = new double[size];
      }
      for (int k = 0; k < size; k++) {
        oldRight[k] += other.oldRight[k];
      }
      oldSquare += other.oldSquare;
      cross += other.cross;
    }
  }

  int size() {
    return size;
  }

  /** Number of rows. */
  long rows() {
    return rows;
  }

  /** Sum of w x r, times a factor, added to {@code target}. */
  void addRight(double factor, double[] target) {
    for (int k = 0; k < size; k++) {
      target[k] += factor * right[k];
    }
  }

  /** Sum of w x xᵀ, times a factor, added to {@code target}, both triangles. */
  void addMatrix(double factor, double[] target) {
    for (int i = 0; i < size; i++) {
      for (int j = i; j < size; j++) {
        double value = factor * matrix[i * size + j];
        target[i * size + j] += value;
        if (j > i) {
          target[j * size + i] += value;
        }
      }
    }
  }

  /** Sum of w x (x·y), [size]. */
  double[] times(double[] y) {
    double[] full = new double[size * size];
    addMatrix(1, full);
    return Vectors.times(full, y);
  }

  /**
   * Sum of w (r - x·change - share o)², o the old residual.
   *
   * @param share of the old residuals; rows of which none is known count as having 0
   */
  double square(double[] change, double share) {
    if (oldRight == null || share == 0) {
      return square(change);
    }
    double linear = Vectors.dot(oldRight, change);
    return square(change) - 2 * share * (cross - linear) + share * share * oldSquare;
  }

  /** Sum of w (r - x·change)². */
  double square(double[] change) {
    double linear = 0;
    double quadratic = 0;
    for (int i = 0; i < size; i++) {
      linear += right[i] * change[i];
      double row = 0.5 * matrix[i * size + i] * change[i];
      for (int j = i + 1; j < size; j++) {
        row += matrix[i * size + j] * change[j];
      }
      quadratic += 2 * row * change[i];
    }
    return square - 2 * linear + quadratic;
  }
}
