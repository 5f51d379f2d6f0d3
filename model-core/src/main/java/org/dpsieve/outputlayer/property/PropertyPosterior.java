package org.dpsieve.outputlayer.property;

import java.io.Serializable;

/**
 * What labels leave open of an output layer: the variance of a row x of the design is x C xᵀ with C
 * = (ZᵀZ + λ)⁻¹ in terms of the scaled columns, times the variance of the labels' noise.
 *
 * @param scale of the columns, [size]
 * @param vectors eigenvectors of ZᵀZ, row-major [size, kept]; in all other directions labels say
 *     nothing
 * @param eigenvalues [kept]
 * @param ridge λ
 */
public record PropertyPosterior(
    double[] scale, double[] vectors, double[] eigenvalues, double ridge) implements Serializable {
  /**
   * Standard deviations of a label of each row, its noise in it, in terms of that noise.
   *
   * @param x row-major [rows, size]
   */
  double[] spread(double[] x) {
    int size = scale.length;
    int kept = eigenvalues.length;
    double[] spread = new double[x.length / size];
    for (int row = 0; row < spread.length; row++) {
      double[] q = new double[kept];
      double square = 0;
      for (int i = 0; i < size; i++) {
        double z = x[row * size + i] / scale[i];
        square += z * z;
        for (int k = 0; k < kept; k++) {
          q[k] += z * vectors[i * kept + k];
        }
      }
      double variance = 1;
      double known = 0;
      for (int k = 0; k < kept; k++) {
        variance += q[k] * q[k] / (eigenvalues[k] + ridge);
        known += q[k] * q[k];
      }
      spread[row] = Math.sqrt(variance + Math.max(0, square - known) / ridge);
    }
    return spread;
  }
}
