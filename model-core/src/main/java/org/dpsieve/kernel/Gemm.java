package org.dpsieve.kernel;

/** Matrix products on one core. */
public interface Gemm {
  /** Which implementation, for the log. */
  String name();

  /**
   * Rows of every left-hand matrix and product of {@link Factor#multiply(double[], double[], int)}.
   */
  int rows();

  /**
   * Takes a constant right-hand matrix.
   *
   * @param matrix row-major [inner, columns]; copied
   */
  Factor factor(double[] matrix, int inner, int columns);

  /**
   * c = a b. The bits depend on nothing but the numbers and the shape.
   *
   * @param a [rows, inner]
   * @param b [inner, columns]
   * @param c [rows, columns], overwritten
   */
  void multiply(int rows, int columns, int inner, Matrix a, Matrix b, Matrix c);

  /**
   * Adds weight xᵀ x to the upper triangle of a matrix.
   *
   * @param x row-major [rows, size]
   * @param matrix row-major [size, size]; what its lower triangle holds after is not said
   */
  void addGram(int rows, int size, double weight, double[] x, double[] matrix);

  /**
   * Where to cut a matrix's columns so that each product of some of them is as fast as one of all:
   * who multiplies by what a product made finds the latter in the nearest cache.
   *
   * @return first columns and, last, {@code columns}
   */
  default int[] cuts(int columns) {
    return new int[] {0, columns};
  }

  /** A constant right-hand matrix; safe for use by many threads. */
  interface Factor {
    /**
     * c = a * this, with a fixed number of rows. It is fixed because a BLAS chooses its loops by
     * shape: only products of one shape give every row the same bits whatever the other rows are.
     *
     * @param a row-major [rows, inner]; may be longer
     * @param c row-major [rows, columns], overwritten; may be longer
     * @param count rows that matter; the others may be left out. A row's bits do not depend on it.
     */
    void multiply(double[] a, double[] c, int count);

    /**
     * c = a * this, with any number of rows. The bits depend on nothing but the numbers and the
     * shape.
     *
     * @param a [rows, inner]
     * @param c [rows, columns], overwritten
     */
    void multiply(int rows, Matrix a, Matrix c);
  }
}
