package org.dpsieve.spark.pick;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.exception.MaxCountExceededException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * The first two principal components of what energies per atom are made of, each feature measured
 * by its standard deviation.
 *
 * @param mean of each feature, [size]
 * @param scale one over its standard deviation, 0 where it does not vary, [size]
 * @param components [2][size]
 */
record FeatureAxes(double[] mean, double[] scale, double[][] components) {
  /**
   * @param rows a frame's features each, [size]; at least one
   */
  static FeatureAxes of(List<double[]> rows) {
    int size = rows.get(0).length;
    double[] mean = new double[size];
    double[] scale = new double[size];
    for (int j = 0; j < size; j++) {
      int at = j;
      mean[j] = rows.stream().mapToDouble(f -> f[at]).average().orElseThrow();
      double variance =
          rows.stream().mapToDouble(f -> (f[at] - mean[at]) * (f[at] - mean[at])).sum()
              / rows.size();
      scale[j] = variance > 0 ? 1 / Math.sqrt(variance) : 0;
    }
    return new FeatureAxes(
        mean, scale, components(rows.stream().map(f -> scaled(f, mean, scale)).toList()));
  }

  private static double[] scaled(double[] features, double[] mean, double[] scale) {
    double[] x = new double[features.length];
    for (int j = 0; j < x.length; j++) {
      x[j] = scale[j] * (features[j] - mean[j]);
    }
    return x;
  }

  /** The first two, each with its sum not below 0, so that the map does not turn over. */
  private static double[][] components(List<double[]> rows) {
    int size = rows.get(0).length;
    double[][] covariance = new double[size][size];
    for (double[] x : rows) {
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          covariance[i][j] += x[i] * x[j] / rows.size();
        }
      }
    }
    double[][] components = new double[2][size];
    try {
      EigenDecomposition sorted =
          new EigenDecomposition(new Array2DRowRealMatrix(covariance, false));
      components[0] = sorted.getEigenvector(0).toArray();
      components[1] = sorted.getEigenvector(1).toArray();
    } catch (MaxCountExceededException e) {
      return components; // all frames at one point: a picture is not worth a run
    }
    for (double[] component : components) {
      double sign = Arrays.stream(component).sum() < 0 ? -1 : 1;
      for (int j = 0; j < size; j++) {
        component[j] *= sign;
      }
    }
    return components;
  }

  /**
   * Where a frame lies, without unit.
   *
   * @param features [size]
   */
  double[] place(double[] features) {
    double[] x = scaled(features, mean, scale);
    return new double[] {dot(components[0], x), dot(components[1], x)};
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
