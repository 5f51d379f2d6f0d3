package org.dpsieve.outputlayer;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRight;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgelsd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dposv;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;

import org.bytedeco.javacpp.Loader;
import org.dpsieve.text.Counted;

/**
 * BLAS and LAPACK of the OpenBLAS that ND4J ships, on one core whatever OMP_NUM_THREADS says: tasks
 * are the parallelism, and more threads would add in another order.
 */
public final class OpenBlas {
  static {
    Loader.load(org.bytedeco.openblas.global.openblas.class);
    org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads(1);
  }

  private OpenBlas() {}

  /**
   * The solution of a symmetric, positive definite system; overwrites both arguments.
   *
   * @param matrix [size, size]
   * @param right [size]; becomes the solution
   */
  public static void solve(double[] matrix, double[] right) {
    int size = right.length;
    // symmetric: column-major is row-major
    int info = LAPACKE_dposv(LAPACK_COL_MAJOR, (byte) 'U', size, 1, matrix, size, right, size);
    require("dposv", info, size);
  }

  /**
   * The shortest x with the least |matrix x - right|; overwrites both arguments.
   *
   * @param matrix symmetric, [size, size]
   * @param right [size]; becomes the solution
   * @param cutoff singular values below this part of the largest are taken as zero
   */
  public static void leastSquares(double[] matrix, double[] right, double cutoff) {
    int size = right.length;
    int info =
        LAPACKE_dgelsd(
            LAPACK_COL_MAJOR,
            size,
            size,
            1,
            matrix,
            size,
            right,
            size,
            new double[size],
            cutoff,
            new int[1]);
    require("dgelsd", info, size);
  }

  /**
   * The Cholesky factor U of a symmetric, positive definite matrix Uᵀ U, in place.
   *
   * @param matrix row-major [size, size], only its upper triangle is read and written
   */
  public static void factor(double[] matrix, int size) {
    // a row-major upper triangle is a column-major lower one
    int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, (byte) 'L', size, matrix, size);
    require("dpotrf", info, size);
  }

  /**
   * Replaces each row x by x U⁻¹, whose square is xᵀ (Uᵀ U)⁻¹ x.
   *
   * @param factor as {@link #factor} leaves it
   * @param rows row-major [count, size]
   */
  public static void whiten(double[] factor, int size, double[] rows, int count) {
    cblas_dtrsm(
        CblasRowMajor,
        CblasRight,
        CblasUpper,
        CblasNoTrans,
        CblasNonUnit,
        count,
        size,
        1,
        factor,
        size,
        rows,
        size);
  }

  /**
   * Eigenvalues and eigenvectors of a symmetric matrix.
   *
   * @param matrix [size, size]; its rows become the eigenvectors
   * @return eigenvalues, ascending, [size]
   */
  public static double[] eigen(double[] matrix, int size) {
    double[] values = new double[size];
    // symmetric: column-major is row-major; eigenvectors are columns there, rows here
    int info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, (byte) 'V', (byte) 'U', size, matrix, size, values);
    require("dsyevd", info, size);
    return values;
  }

  /**
   * C = A B, or Aᵀ B; all row-major.
   *
   * @param transposed whether A is read as its transpose
   * @param rows of C
   * @param columns of C
   * @param inner length of the sums
   * @param strideA between A's rows as they lie
   * @param strideB between B's rows
   * @param c [rows, columns]
   */
  public static void gemm(
      boolean transposed,
      int rows,
      int columns,
      int inner,
      double[] a,
      int strideA,
      double[] b,
      int strideB,
      double[] c) {
    cblas_dgemm(
        CblasRowMajor,
        transposed ? CblasTrans : CblasNoTrans,
        CblasNoTrans,
        rows,
        columns,
        inner,
        1,
        a,
        strideA,
        b,
        strideB,
        0,
        c,
        columns);
  }

  private static void require(String routine, int info, int size) {
    if (info != 0) {
      throw new IllegalStateException(
          "LAPACK %s ended with %d on %s".formatted(routine, info, Counted.of(size, "parameter")));
    }
  }
}
