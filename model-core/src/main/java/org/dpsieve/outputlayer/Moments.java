package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.nio.DoubleBuffer;

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
  private long oldRows; // rows of which another residual is known
  private double[] oldRight; // of those residuals, [size]; null where none is known
  private double oldSquare;
  private double cross; // sum of w r times the other residual
  private double[] knownMatrix; // as matrix, of those rows alone; null where they are all or none
  private double[] knownRight; // as right, of those rows alone; likewise null

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
    if (residual.length > 0 && oldRows > 0) {
      keepKnown();
    }
    addRows(x, residual, weight);
  }

  /** What is known so far, before rows are added of which no other residual is. */
  private void keepKnown() {
    if (knownMatrix == null) {
      boolean all = oldRows == rows;
      knownMatrix = all ? matrix.clone() : new double[matrix.length];
      knownRight = all ? right.clone() : new double[size];
    }
  }

  private void addRows(double[] x, double[] residual, double weight) {
    int count = residual.length;
    BestKernel.DENSE.gemm().addGram(count, size, weight, x, matrix);
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
    if (rows > oldRows) {
      keepKnown();
    }
    addRows(x, residual, weight);
    if (knownMatrix != null) {
      BestKernel.DENSE.gemm().addGram(old.length, size, weight, x, knownMatrix);
    }
    if (oldRight == null) {
      oldRight = new double[size];
    }
    oldRows += old.length;
    for (int row = 0; row < old.length; row++) {
      double weighted = weight * old[row];
      for (int k = 0; k < size; k++) {
        oldRight[k] += weighted * x[row * size + k];
        if (knownRight != null) {
          knownRight[k] += weight * residual[row] * x[row * size + k];
        }
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
    double[] pull = minus(right, product(matrix, change));
    for (int i = 0; oldRight != null && i < size; i++) {
      pull[i] -= share * oldRight[i];
    }
    Moments changed = new Moments(size, matrix, pull);
    changed.square = square(change, share);
    changed.rows = rows;
    return changed;
  }

  /** Of the upper triangle with a vector. */
  private double[] product(double[] triangle, double[] y) {
    double[] product = new double[size];
    for (int i = 0; i < size; i++) {
      double sum = triangle[i * size + i] * y[i];
      for (int j = 0; j < size; j++) {
        sum += j == i ? 0 : triangle[Math.min(i, j) * size + Math.max(i, j)] * y[j];
      }
      product[i] = sum;
    }
    return product;
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int k = 0; k < a.length; k++) {
      difference[k] = a[k] - b[k];
    }
    return difference;
  }

  /**
   * The same rows, with old labels' residuals at other parameters than they were added with. Shares
   * its arrays with this one: add nothing to either after.
   *
   * @param change of the parameters that old residuals were added with, [size]
   */
  Moments withOldAt(double[] change) {
    Moments moved = new Moments(size, matrix, right);
    moved.square = square;
    moved.rows = rows;
    if (oldRight != null) {
      boolean all = oldRows == rows;
      double[] pull = product(all ? matrix : knownMatrix, change);
      moved.oldRows = oldRows;
      moved.oldRight = minus(oldRight, pull);
      moved.oldSquare = oldSquare - 2 * Vectors.dot(oldRight, change) + Vectors.dot(pull, change);
      moved.cross = cross - Vectors.dot(all ? right : knownRight, change);
      moved.knownMatrix = knownMatrix;
      moved.knownRight = knownRight;
    }
    return moved;
  }

  /** Whether any row's old residual is known. */
  boolean knowsOld() {
    return oldRight != null;
  }

  void add(Moments other) {
    boolean mixed = oldRows + other.oldRows > 0 && oldRows + other.oldRows < rows + other.rows;
    if (mixed) {
      keepKnown();
      boolean all = other.oldRows == other.rows;
      double[] more = all ? other.matrix : other.knownMatrix; // null where none is known
      double[] moreRight = all ? other.right : other.knownRight;
      for (int k = 0; more != null && k < more.length; k++) {
        knownMatrix[k] += more[k];
      }
      for (int k = 0; moreRight != null && k < size; k++) {
        knownRight[k] += moreRight[k];
      }
    }
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
      oldRows += other.oldRows;
      oldSquare += other.oldSquare;
      cross += other.cross;
    }
  }

  /** How many numbers {@link #write} takes. */
  int length() {
    int triangle = size * (size + 1) / 2;
    int known = knownMatrix == null ? 0 : triangle + size;
    return 5 + triangle + size + known + (oldRight == null ? 0 : size);
  }

  /** All of it as numbers, one after the other. */
  void write(DoubleBuffer target) {
    target.put(rows).put(square).put(oldRows).put(oldSquare).put(cross);
    writeTriangle(matrix, target);
    target.put(right);
    if (oldRight != null) {
      target.put(oldRight);
    }
    if (knownMatrix != null) {
      writeTriangle(knownMatrix, target);
      target.put(knownRight);
    }
  }

  private void writeTriangle(double[] triangle, DoubleBuffer target) {
    for (int i = 0; i < size; i++) {
      target.put(triangle, i * size + i, size - i);
    }
  }

  /** What {@link #write} wrote. */
  static Moments read(int size, DoubleBuffer source) {
    Moments moments = new Moments(size);
    moments.rows = (long) source.get();
    moments.square = source.get();
    moments.oldRows = (long) source.get();
    moments.oldSquare = source.get();
    moments.cross = source.get();
    moments.readTriangle(moments.matrix, source);
    source.get(moments.right);
    if (moments.oldRows > 0) {
      moments.oldRight = new double[size];
      source.get(moments.oldRight);
    }
    if (moments.oldRows > 0 && moments.oldRows < moments.rows) {
      moments.knownMatrix = new double[size * size];
      moments.knownRight = new double[size];
      moments.readTriangle(moments.knownMatrix, source);
      source.get(moments.knownRight);
    }
    return moments;
  }

  private void readTriangle(double[] triangle, DoubleBuffer source) {
    for (int i = 0; i < size; i++) {
      source.get(triangle, i * size + i, size - i);
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
