package org.dpsieve.d3;

/**
 * A function of the distance of two atoms, summed over a row of images. With e(u) of the squared
 * distance u, and vector r from one atom to the other, the gradient of e is g r with g = 2 de/du.
 * Atomic units. Not thread-safe: a row leaves its sums in the fields.
 */
abstract class PairFunction {
  /** Sum of e over the last row. */
  double value;

  /** Sums of g, g t and g t² over the last row. */
  double g0;

  double g1;
  double g2;

  /**
   * Sums over images at positions t, t + 1, ... along a row.
   *
   * @param perpendicular2 squared distance of the row, bohr²
   * @param step2 squared length of one step, bohr²
   * @param t position of the first image, in steps, from the foot of the perpendicular
   * @param count images
   */
  abstract void row(double perpendicular2, double step2, double t, int count);
}
