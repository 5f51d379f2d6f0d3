package org.dpsieve.model;

import java.io.Serializable;

/**
 * The factor that takes 1/r smoothly to zero: 1 below {@code start}, 0 from {@code end} on, between
 * them the quintic u³(-6u² + 15u - 10) + 1 of u = (r - start) / width. DeePMD-kit's TensorFlow
 * operators ({@code source/lib/include/switcher.h: spline5_switch}) hold {@code start} and {@code
 * end} in single precision and subtract them so, which moves energies by 1e-8: hence a width of its
 * own.
 *
 * @param start {@code rcut_smth}, Å
 * @param end {@code rcut}, Å
 * @param width end - start as the model's own program has it, Å
 */
public record SmoothSwitch(double start, double end, double width) implements Serializable {
  /** Start and end rounded to single precision, as a TensorFlow graph holds them. */
  public static SmoothSwitch singlePrecision(float start, float end) {
    return new SmoothSwitch(start, end, end - start);
  }

  /**
   * @param r distance, Å
   */
  public double value(double r) {
    if (r < start) {
      return 1;
    }
    if (r >= end) {
      return 0;
    }
    double u = (r - start) / width;
    return u * u * u * (-6 * u * u + 15 * u - 10) + 1;
  }

  /** d value / dr, 1/Å. */
  public double derivative(double r) {
    if (r < start || r >= end) {
      return 0;
    }
    double u = (r - start) / width;
    return (3 * u * u * (-6 * u * u + 15 * u - 10) + u * u * u * (-12 * u + 15)) / width;
  }
}
