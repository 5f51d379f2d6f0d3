package org.dpsieve.model;

import java.io.Serializable;

/**
 * Functions of the distance that a radial net takes ({@code
 * deepmd/dpmodel/descriptor/dpa4_nn/radial.py}): sin(w_n r) / r, or exp(-(r - w_n)² / 2 width²).
 *
 * @param gaussian which of the two
 * @param places w_n, 1/Å or Å
 * @param rcut Å
 */
public record RadialBasis(boolean gaussian, double[] places, double rcut) implements Serializable {
  private static final double NEAR_ZERO = 1e-2;

  public int size() {
    return places.length;
  }

  /**
   * -1 / (2 width²), 1/Å²: the width is the distance of two places where they are evenly spread.
   */
  private double exponent() {
    double width = rcut / Math.max(places.length - 1, 1);
    return -0.5 / (width * width);
  }

  /**
   * @param r Å
   * @return [size]
   */
  public double[] value(double r) {
    double[] value = new double[places.length];
    for (int n = 0; n < value.length; n++) {
      double w = places[n];
      if (gaussian) {
        value[n] = Math.exp(exponent() * (r - w) * (r - w));
      } else {
        value[n] = w * r == 0 ? w : Math.sin(w * r) / r;
      }
    }
    return value;
  }

  /** d value / dr, 1/Å, [size]. */
  public double[] slope(double r) {
    double[] slope = new double[places.length];
    for (int n = 0; n < slope.length; n++) {
      double w = places[n];
      double x = w * r;
      if (gaussian) {
        slope[n] = 2 * exponent() * (r - w) * Math.exp(exponent() * (r - w) * (r - w));
      } else if (Math.abs(x) < NEAR_ZERO) { // the difference below would lose all its digits
        slope[n] = w * w * x * (-1.0 / 3 + x * x * (1.0 / 30 - x * x / 840));
      } else {
        slope[n] = (w * Math.cos(x) - Math.sin(x) / r) / r;
      }
    }
    return slope;
  }
}
