package org.dpsieve.outputlayer;

/** Sums of products that are too small for a library call to matter. */
final class Vectors {
  private Vectors() {}

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += x[k] * y[k];
    }
    return sum;
  }

  /**
   * @param matrix row-major [x.length, x.length]
   */
  static double[] times(double[] matrix, double[] x) {
    double[] result = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        result[i] += matrix[i * x.length + j] * x[j];
      }
    }
    return result;
  }
}
