package org.dpsieve.outputlayer;

import org.dpsieve.model.SeE2A;

/**
 * Rows of the environment matrix of a block's pairs, normalised, and their derivatives with respect
 * to the displacement.
 *
 * @param row row-major [pairs, 4]
 * @param slope row-major [pairs, 4, 3], Å⁻¹
 */
record EnvironmentRows(double[] row, double[] slope) {

  /** As {@code deepmd/dpmodel/utils/env_mat.py: _make_env_mat}. */
  static EnvironmentRows of(SeE2A descriptor, int centreType, CentreBlock block) {
    double[] row = new double[4 * block.pairs()];
    double[] slope = new double[12 * block.pairs()];
    double[] mean = descriptor.davg()[centreType];
    double[] deviation = descriptor.dstd()[centreType];
    for (int pair = 0; pair < block.pairs(); pair++) {
      double[] x = new double[3];
      System.arraycopy(block.displacement(), 3 * pair, x, 0, 3);
      double r = Math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
      double weight = descriptor.smoothing().value(r);
      double s = weight / r;
      double ds = descriptor.smoothing().derivative(r) / r - weight / (r * r);
      // column 1 + k is t x_k with t = s / r
      double t = s / r;
      double dt = ds / r - s / (r * r);
      row[4 * pair] = (s - mean[0]) / deviation[0];
      for (int a = 0; a < 3; a++) {
        double direction = x[a] / r;
        slope[12 * pair + a] = ds * direction / deviation[0];
        row[4 * pair + 1 + a] = (t * x[a] - mean[1 + a]) / deviation[1 + a];
        for (int k = 0; k < 3; k++) {
          double derivative = dt * direction * x[k] + (k == a ? t : 0);
          slope[12 * pair + 3 * (1 + k) + a] = derivative / deviation[1 + k];
        }
      }
    }
    return new EnvironmentRows(row, slope);
  }
}
