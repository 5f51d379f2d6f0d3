package org.dpsieve.outputlayer;

import java.util.List;

/**
 * What labels leave open: the Gaussian posterior of a linear model's parameters, by its precision.
 * The variances it gives are those of last-layer prediction rigidity (Bigi, Chong, Ceriotti,
 * Grasselli 2024, doi:10.1088/2632-2153/ad805f; Chong et al. 2023, doi:10.1021/acs.jctc.3c00704),
 * up to one factor common to all frames.
 */
final class Posterior {
  /**
   * How far a label of the energy per atom, and of the force, is from what the features can reach:
   * eV and eV/Å. Only the ratio matters for an order of frames.
   */
  private static final double ENERGY_NOISE = 0.003;

  private static final double FORCE_NOISE = 0.08;

  /**
   * The force components of one frame err together: they count as so many independent ones. From
   * the excess of the force error over its limit at 100 random labels of the Ag-Au example; between
   * 1 and 60 the picks' errors did not differ by more than chance.
   */
  private static final double INDEPENDENT_FORCES = 10;

  /** All that is not known yet counts as this part of one average frame. */
  private static final double PRIOR_FRAMES = 1e-3;

  /** Of the trace: directions in which no frame says anything, and rounding. */
  private static final double FLOOR = 1e-14;

  private final int size;
  private final double[] precision; // row-major, upper triangle
  private double[] factor;

  /** Before any label; the prior is a small part of what an average frame of the pool says. */
  Posterior(List<FrameSketch> pool) {
    size = pool.get(0).size();
    precision = new double[size * size];
    double each = PRIOR_FRAMES / pool.size();
    pool.forEach(frame -> add(frame, each));
  }

  /** A label of this frame is there, or will be. */
  void add(FrameSketch frame) {
    add(frame, 1);
  }

  private void add(FrameSketch frame, double times) {
    double energy = times / (ENERGY_NOISE * ENERGY_NOISE);
    double force = times * INDEPENDENT_FORCES / (FORCE_NOISE * FORCE_NOISE);
    BestKernel.DENSE.gemm().addGram(1, size, energy, frame.energy(), precision);
    BestKernel.DENSE.gemm().addGram(FrameSketch.ROWS, size, force, frame.force(), precision);
    factor = null;
  }

  /** xᵀ C x of every row x, C the posterior covariance; overwrites the rows. */
  double[] variances(double[] rows) {
    if (factor == null) {
      factor = precision.clone();
      double trace = 0;
      for (int k = 0; k < size; k++) {
        trace += precision[k * size + k];
      }
      for (int k = 0; k < size; k++) {
        factor[k * size + k] += FLOOR * trace;
      }
      OpenBlas.factor(factor, size);
    }
    int count = rows.length / size;
    OpenBlas.whiten(factor, size, rows, count);
    double[] squares = new double[count];
    for (int row = 0; row < count; row++) {
      for (int k = row * size; k < (row + 1) * size; k++) {
        squares[row] += rows[k] * rows[k];
      }
    }
    return squares;
  }
}
