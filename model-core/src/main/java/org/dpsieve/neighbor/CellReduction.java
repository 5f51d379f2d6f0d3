package org.dpsieve.neighbor;

/**
 * Another basis of the same lattice: each vector is made as short as adding whole multiples of the
 * others can make it (pairs as Lagrange and Gauss do, then all three). A cell of any skew then has
 * as few images within a cutoff as its volume allows. Order and handedness stay.
 */
final class CellReduction {
  /** Shorter by less than this part is rounding. */
  private static final double SHORTER = 1 - 1e-9;

  /** Many more than any cell within {@link Geometry#MAX_LENGTH} takes. */
  private static final int MOST_STEPS = 10_000;

  private static final double MOST_MULTIPLES = 1e15;

  private CellReduction() {}

  /**
   * @param cell lattice vectors as rows, Å, row-major [3, 3]; finite
   */
  static double[] of(double[] cell) {
    double[] reduced = cell.clone();
    int steps = 0;
    while (steps++ < MOST_STEPS && (byPairs(reduced) || byBoth(reduced))) {
      // goes on until nothing gets shorter
    }
    return reduced;
  }

  private static boolean byPairs(double[] cell) {
    boolean any = false;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double times = i == j ? 0 : Math.rint(dot(cell, i, j) / dot(cell, j, j));
        if (times != 0 && Math.abs(times) < MOST_MULTIPLES) { // not NaN either
          any |= replaceIfShorter(cell, i, j, -times, 0, 0);
        }
      }
    }
    return any;
  }

  private static boolean byBoth(double[] cell) {
    boolean any = false;
    for (int i = 0; i < 3; i++) {
      for (int signs = 0; signs < 4; signs++) {
        int j = (i + 1) % 3;
        int k = (i + 2) % 3;
        any |= replaceIfShorter(cell, i, j, (signs & 1) * 2 - 1, k, (signs & 2) - 1);
      }
    }
    return any;
  }

  private static boolean replaceIfShorter(
      double[] cell, int i, int j, double ofJ, int k, double ofK) {
    double[] other = new double[3];
    double square = 0;
    for (int c = 0; c < 3; c++) {
      other[c] = cell[3 * i + c] + ofJ * cell[3 * j + c] + ofK * cell[3 * k + c];
      square += other[c] * other[c];
    }
    boolean shorter = square < SHORTER * dot(cell, i, i);
    if (shorter) {
      System.arraycopy(other, 0, cell, 3 * i, 3);
    }
    return shorter;
  }

  private static double dot(double[] cell, int i, int j) {
    double sum = 0;
    for (int c = 0; c < 3; c++) {
      sum += cell[3 * i + c] * cell[3 * j + c];
    }
    return sum;
  }
}
