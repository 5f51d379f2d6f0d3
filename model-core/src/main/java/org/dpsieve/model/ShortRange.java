package org.dpsieve.model;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A pair table that takes over from the nets where atoms are near ({@code use_srtab}, model type
 * {@code zbl}): E_i = (1 - w) E_nets + w (E_table + level), w a switch of the soft minimum of the
 * distances of i's neighbors, sigma = sum r exp(-r / decay) / sum exp(-r / decay) ({@code
 * deepmd/dpmodel/atomic_model/linear_atomic_model.py: DPZBLLinearEnergyAtomicModel}).
 *
 * @param table the energies near
 * @param level added to them, eV, [nTypes]
 * @param decay {@code smin_alpha}, Å
 * @param smoothing w of sigma: 1 up to {@code sw_rmin}, 0 from {@code sw_rmax}
 * @param least what the sum of the exponentials is at least; PyTorch's 1e-20 makes sigma small, and
 *     the table take over, where all neighbors are far
 * @param surroundings whose distances count; their switch does not matter
 */
public record ShortRange(
    PairTable table,
    double[] level,
    double decay,
    SmoothSwitch smoothing,
    double least,
    Surroundings surroundings)
    implements Serializable {
  /**
   * The soft minimum of distances. Without neighbors, or with none whose exponential is a number, w
   * is zero.
   *
   * @param sum of the exponentials
   * @param weighted sum of r times them, Å
   */
  public record SoftMinimum(ShortRange of, double sum, double weighted) {
    private double sigma() {
      return weighted / Math.max(sum, of.least);
    }

    /** w. */
    public double weight() {
      double sigma = sigma();
      return sigma > 0 ? of.smoothing.value(sigma) : 0;
    }

    /** dw / dr of one neighbor, 1/Å. */
    public double slope(double r) {
      double sigma = sigma();
      double change = sigma > 0 ? of.smoothing.derivative(sigma) : 0;
      if (change == 0) {
        return 0;
      }
      double bySum = sum > of.least ? sigma / of.decay : 0;
      return change * of.near(r) * (1 - r / of.decay + bySum) / Math.max(sum, of.least);
    }
  }

  /** exp(-r / decay). */
  public double near(double r) {
    return Math.exp(-r / decay);
  }

  /** All energies multiplied. */
  public ShortRange times(double factor) {
    return new ShortRange(
        table.times(factor),
        Arrays.stream(level).map(e -> factor * e).toArray(),
        decay,
        smoothing,
        least,
        surroundings);
  }
}
