package org.dpsieve.d3;

import java.util.Arrays;

/**
 * Sums a pair function over all images of one atom within a cutoff of another.
 *
 * <p>Lattice vectors are made orthogonal to one another (Gram-Schmidt, from the shortest), so that
 * an image is at (p + n_p, q + m n_p + n_q, ...) along the three: the images within the cutoff are
 * ranges known beforehand, in the innermost loop the numbers t, t + 1, ... of a row. Nothing is
 * tested and thrown away, whatever the shape of the cell and wherever the atoms are. The results
 * are along the orthogonal axes; {@link #toCartesian} turns them. Atomic units. Not thread-safe.
 *
 * <p>Rows are short. The function is asked of the images of many at a time, and each row is then
 * summed up by itself, so that sums do not depend on how many that were.
 */
final class LatticeSum {
  /** Pairs at the cutoff itself belong to the sum, whatever rounding says. */
  private static final double EDGE = 1 + 1e-12;

  /** The function is asked of about so many images at a time; all of it stays in near caches. */
  private static final int AT_ONCE = 512;

  private final boolean periodic;

  /** Orthogonal axes, outermost loop first, row-major [3, 3], and their squared lengths. */
  private final double[] axes = new double[9];

  private final double[] length2 = new double[3];

  /** What a step along an outer vector adds along the inner axes. */
  private double step01;

  private double step02;
  private double step12;

  /** Sum of the function's values. */
  double value;

  /** Sum of g times the vector from image to atom, along the axes, in steps. */
  final double[] gradient = new double[3];

  /** Sum of g times that vector times itself: 00, 01, 02, 11, 12, 22. */
  final double[] moment = new double[6];

  /** Of the images that wait: place along their row, squared distance, and what is said of it. */
  private double[] place = new double[AT_ONCE];

  private double[] square = new double[AT_ONCE];
  private double[] said = new double[AT_ONCE];
  private double[] slope = new double[AT_ONCE];
  private int waiting;

  /** Of the rows they are on: places along the outer axes, and how many images. */
  private final double[] rowAt0 = new double[AT_ONCE];

  private final double[] rowAt1 = new double[AT_ONCE];
  private final int[] rowCount = new int[AT_ONCE];
  private int rows;

  /**
   * @param cell lattice vectors as rows, bohr, [3, 3]; {@code null} when not periodic
   */
  LatticeSum(double[] cell) {
    periodic = cell != null;
    if (!periodic) {
      axes[0] = axes[4] = axes[8] = 1;
      length2[0] = length2[1] = length2[2] = 1;
      return;
    }
    int[] order = longestFirst(cell);
    for (int k = 0; k < 3; k++) {
      System.arraycopy(cell, 3 * order[k], axes, 3 * k, 3);
    }
    length2[2] = dot(axes, 6, axes, 6);
    step12 = removeAxis(1, 2);
    step02 = removeAxis(0, 2);
    length2[1] = dot(axes, 3, axes, 3);
    step01 = removeAxis(0, 1);
    length2[0] = dot(axes, 0, axes, 0);
  }

  private static int[] longestFirst(double[] cell) {
    int[] order = {0, 1, 2};
    for (int i = 1; i < 3; i++) {
      for (int k = i; k > 0; k--) {
        if (dot(cell, 3 * order[k], cell, 3 * order[k])
            > dot(cell, 3 * order[k - 1], cell, 3 * order[k - 1])) {
          int swap = order[k];
          order[k] = order[k - 1];
          order[k - 1] = swap;
        }
      }
    }
    return order;
  }

  private double removeAxis(int row, int axis) {
    double share = dot(axes, 3 * row, axes, 3 * axis) / length2[axis];
    for (int k = 0; k < 3; k++) {
      axes[3 * row + k] -= share * axes[3 * axis + k];
    }
    return share;
  }

  private static double dot(double[] a, int i, double[] b, int j) {
    return a[i] * b[j] + a[i + 1] * b[j + 1] + a[i + 2] * b[j + 2];
  }

  /**
   * Sums over all images of an atom; leaves the sums in the fields.
   *
   * @param vector from image to atom for any one image, bohr; read only
   * @param self whether the atoms are one: each pair of opposite images then counts once, and the
   *     atom itself does not
   */
  void sum(PairFunction function, double[] vector, double cutoff, boolean self) {
    value = 0;
    Arrays.fill(gradient, 0);
    Arrays.fill(moment, 0);
    double cutoff2 = cutoff * cutoff * EDGE;
    double at0 = dot(vector, 0, axes, 0) / length2[0];
    double at1 = dot(vector, 0, axes, 3) / length2[1];
    double at2 = dot(vector, 0, axes, 6) / length2[2];
    if (!periodic) {
      if (!self && at0 * at0 + at1 * at1 + at2 * at2 <= cutoff2) {
        row(function, at0, at1, at2, 1);
        addRows(function);
      }
      return;
    }
    // to the nearest image: the loops below count from there, however far the atoms strayed
    double whole = Math.rint(at0);
    at0 -= whole;
    at1 -= whole * step01;
    at2 -= whole * step02;
    whole = Math.rint(at1);
    at1 -= whole;
    at2 -= whole * step12;
    at2 -= Math.rint(at2);
    double reach0 = Math.sqrt(cutoff2 / length2[0]);
    int last0 = last(at0, reach0);
    for (int n0 = self ? 0 : first(at0, reach0); n0 <= last0; n0++) {
      double t0 = at0 + n0;
      double start1 = at1 + n0 * step01;
      double start2 = at2 + n0 * step02;
      double left1 = cutoff2 - length2[0] * t0 * t0;
      double reach1 = Math.sqrt(Math.max(0, left1) / length2[1]);
      int last1 = last(start1, reach1);
      for (int n1 = self && n0 == 0 ? 0 : first(start1, reach1); n1 <= last1; n1++) {
        double t1 = start1 + n1;
        double left2 = left1 - length2[1] * t1 * t1;
        double reach2 = Math.sqrt(Math.max(0, left2) / length2[2]);
        double start = start2 + n1 * step12;
        int from = self && n0 == 0 && n1 == 0 ? 1 : first(start, reach2);
        int count = last(start, reach2) - from + 1;
        if (count > 0) {
          row(function, t0, t1, start + from, count);
        }
      }
    }
    addRows(function);
  }

  private static int first(double start, double reach) {
    return (int) Math.ceil(-reach - start);
  }

  private static int last(double start, double reach) {
    return (int) Math.floor(reach - start);
  }

  /** Images at places t2, t2 + 1, ... of a row. */
  private void row(PairFunction function, double t0, double t1, double t2, int count) {
    if (rows == AT_ONCE || waiting + count > place.length) {
      addRows(function);
    }
    if (count > place.length) {
      place = new double[count];
      square = new double[count];
      said = new double[count];
      slope = new double[count];
    }
    double perpendicular2 = length2[0] * t0 * t0 + length2[1] * t1 * t1;
    double step2 = length2[2];
    for (int i = 0; i < count; i++) {
      double x = t2 + i;
      place[waiting + i] = x;
      square[waiting + i] = perpendicular2 + step2 * x * x;
    }
    waiting += count;
    rowAt0[rows] = t0;
    rowAt1[rows] = t1;
    rowCount[rows++] = count;
  }

  /** All that wait, row by row. */
  private void addRows(PairFunction function) {
    function.evaluate(square, waiting, said, slope);
    double samePlace = function.samePlace();
    int image = 0;
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      double g0 = 0;
      double g1 = 0;
      double g2 = 0;
      for (int end = image + rowCount[row]; image < end; image++) {
        if (square[image] < samePlace) {
          continue;
        }
        double x = place[image];
        double g = slope[image];
        double gx = g * x;
        sum += said[image];
        g0 += g;
        g1 += gx;
        g2 += gx * x;
      }
      double t0 = rowAt0[row];
      double t1 = rowAt1[row];
      value += sum;
      gradient[0] += t0 * g0;
      gradient[1] += t1 * g0;
      gradient[2] += g1;
      moment[0] += t0 * t0 * g0;
      moment[1] += t0 * t1 * g0;
      moment[2] += t0 * g1;
      moment[3] += t1 * t1 * g0;
      moment[4] += t1 * g1;
      moment[5] += g2;
    }
    rows = 0;
    waiting = 0;
  }

  /** Component {@code k} (0 to 2) of a vector along the axes, in bohr. */
  double toCartesian(double[] vector, int k) {
    return vector[0] * axes[k] + vector[1] * axes[3 + k] + vector[2] * axes[6 + k];
  }

  /** The matrix [3, 3] of a symmetric one along the axes: 00, 01, 02, 11, 12, 22. */
  double[] toCartesian(double[] symmetric) {
    int[] place = {0, 1, 2, 1, 3, 4, 2, 4, 5};
    double[] matrix = new double[9];
    for (int i = 0; i < 9; i++) {
      for (int p = 0; p < 9; p++) {
        matrix[i] += symmetric[place[p]] * axes[3 * (p / 3) + i / 3] * axes[3 * (p % 3) + i % 3];
      }
    }
    return matrix;
  }
}
