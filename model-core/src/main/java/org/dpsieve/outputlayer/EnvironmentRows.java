package org.dpsieve.outputlayer;

import org.dpsieve.model.SeE2A;

/**
 * Rows of the environment matrix of a block's pairs, normalised, and their derivatives with respect
 * to the displacement. With e the unit vector to the neighbor, column 0 is R₀ = (s - davg₀) / dstd₀
 * and column c is R_c = (t x_c - davg_c) / dstd_c with t = s / r, so that dR₀/dx_b = along₀ e_b and
 * dR_c/dx_b = along_c e_b + across_c where b is c.
 *
 * @param row [4, pairs]: the columns one after the other
 * @param along Å⁻¹, row-major [pairs, 4]
 * @param across Å⁻¹, of columns 1 to 3, row-major [pairs, 3]
 * @param unit e, row-major [pairs, 3]
 */
record EnvironmentRows(double[] row, double[] along, double[] across, double[] unit) {

  /** As {@code deepmd/dpmodel/utils/env_mat.py: _make_env_mat}. */
  static EnvironmentRows of(SeE2A descriptor, int centreType, CentreBlock block) {
    int pairs = block.pairs();
    double[] row = new double[4 * pairs];
    double[] along = new double[4 * pairs];
    double[] across = new double[3 * pairs];
    double[] unit = new double[3 * pairs];
    double[] mean = descriptor.davg()[centreType];
    double[] deviation = descriptor.dstd()[centreType];
    double[] x = block.displacement();
    for (int pair = 0; pair < pairs; pair++) {
      int at = 3 * pair;
      double r = Math.sqrt(x[at] * x[at] + x[at + 1] * x[at + 1] + x[at + 2] * x[at + 2]);
      double weight = descriptor.smoothing().value(r);
      double s = weight / r;
      double ds = descriptor.smoothing().derivative(r) / r - weight / (r * r);
      double t = s / r;
      double dt = ds / r - s / (r * r);
      row[pair] = (s - mean[0]) / deviation[0];
      along[4 * pair] = ds / deviation[0];
      for (int k = 0; k < 3; k++) {
        unit[at + k] = x[at + k] / r;
        row[(k + 1) * pairs + pair] = (t * x[at + k] - mean[k + 1]) / deviation[k + 1];
        along[4 * pair + k + 1] = dt * x[at + k] / deviation[k + 1];
        across[at + k] = t / deviation[k + 1];
      }
    }
    return new EnvironmentRows(row, along, across, unit);
  }
}
