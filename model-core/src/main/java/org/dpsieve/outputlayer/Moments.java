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

  Moments(int size) {
    this.size = size;
    this.matrix = new double[Math.multiplyExact(size, size)];
    this.right = new double[size];
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

  void add(Moments other) {
    for (int k = 0; k < matrix.length; k++) {
      matrix[k] += other.matrix[k];
    }
    for (int k = 0; k < size; k++) {
      right[k] += other.right[k];
    }
    square += other.square;
    rows += other.rows;
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
