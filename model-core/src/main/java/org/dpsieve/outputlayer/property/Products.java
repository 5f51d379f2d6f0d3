package org.dpsieve.outputlayer.property;

import org.dpsieve.outputlayer.OpenBlas;

/** Products of row-major matrices, one core, always in the same order. */
final class Products {
  private Products() {}

  /** ZᵀZ, [columns, columns]. */
  static double[] inner(double[] z, int rows, int columns) {
    double[] result = new double[columns * columns];
    OpenBlas.gemm(true, columns, columns, rows, z, columns, z, columns, result);
    return result;
  }

  /** ZZᵀ, [rows, rows]. */
  static double[] outer(double[] z, int rows, int columns) {
    double[] transposed = new double[z.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = z[i * columns + j];
      }
    }
    double[] result = new double[rows * rows];
    OpenBlas.gemm(false, rows, rows, columns, z, columns, transposed, rows, result);
    return result;
  }

  /** A [rows, inner] times B [inner, columns]. */
  static double[] times(double[] a, int rows, int inner, double[] b, int columns) {
    double[] result = new double[rows * columns];
    OpenBlas.gemm(false, rows, columns, inner, a, inner, b, columns, result);
    return result;
  }

  /** Aᵀ B, of A [rows, m] and B [rows, n]. */
  static double[] transposedTimes(double[] a, int rows, int m, double[] b, int n) {
    double[] result = new double[m * n];
    OpenBlas.gemm(true, m, n, rows, a, m, b, n, result);
    return result;
  }

  /** Of a symmetric, positive definite matrix [size, size]. */
  static double[] inverse(double[] matrix, int size) {
    if (size == 1) {
      return new double[] {1 / matrix[0]};
    }
    double[] factor = matrix.clone();
    OpenBlas.factor(factor, size);
    double[] root = new double[size * size]; // rows e_i U⁻¹
    for (int i = 0; i < size; i++) {
      root[i * size + i] = 1;
    }
    OpenBlas.whiten(factor, size, root, size);
    return outer(root, size, size);
  }
}
