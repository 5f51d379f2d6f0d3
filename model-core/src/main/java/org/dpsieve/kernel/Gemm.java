package org.dpsieve.kernel;

/**
 * Matrix products with a fixed number of rows. The number is fixed because a BLAS chooses its loops
 * by shape: only products of one shape give every row the same bits whatever the other rows are.
 */
public interface Gemm {
  /** Which implementation, for the log. */
  String name();

  /** Rows of every left-hand matrix and product. */
  int rows();

  /**
   * Takes a constant right-hand matrix.
   *
   * @param matrix row-major [inner, columns]; copied
   */
  Factor factor(double[] matrix, int inner, int columns);

  /** A constant right-hand matrix; safe for use by many threads. */
  interface Factor {
    /**
     * c = a * this.
     *
     * @param a row-major [rows, inner]; may be longer
     * @param c row-major [rows, columns], overwritten; may be longer
     * @param count rows that matter; the others may be left out. A row's bits do not depend on it.
     */
    void multiply(double[] a, double[] c, int count);
  }
}
