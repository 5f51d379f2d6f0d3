package org.dpsieve.outputlayer;

import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACK_ROW_MAJOR;

/**
 * Eigenvalues, ascending, and eigenvectors of a symmetric matrix: LAPACK's {@code dsyevd}.
 *
 * @param values [size]
 * @param vectors row-major [size, size], an eigenvector in each column
 */
record SymmetricEigen(double[] values, double[] vectors) {
  /**
   * @param matrix row-major [size, size]; overwritten
   */
  static SymmetricEigen of(double[] matrix, int size) {
    double[] values = new double[size];
    int info = LAPACKE_dsyevd(LAPACK_ROW_MAJOR, (byte) 'V', (byte) 'U', size, matrix, size, values);
    if (info != 0) {
      throw new IllegalStateException(
          "LAPACK dsyevd ended with %d on a %d x %d matrix".formatted(info, size, size));
    }
    return new SymmetricEigen(values, matrix);
  }

  /** The components of a vector along the eigenvectors: Vᵀ x. */
  double[] project(double[] x) {
    int size = values.length;
    double[] result = new double[size];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < size; k++) {
        result[k] += vectors[i * size + k] * x[i];
      }
    }
    return result;
  }

  /** The vector with the given components: V x. */
  double[] combine(double[] x) {
    int size = values.length;
    double[] result = new double[size];
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int k = 0; k < size; k++) {
        sum += vectors[i * size + k] * x[k];
      }
      result[i] = sum;
    }
    return result;
  }
}
