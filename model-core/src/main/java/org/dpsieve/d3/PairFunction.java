package org.dpsieve.d3;

/**
 * A function of the distance of two atoms, to be summed over images. With e(u) of the squared
 * distance u, and vector r from one atom to the other, the gradient of e is g r with g = 2 de/du.
 * Atomic units.
 */
interface PairFunction {
  /** Nearer than this squared distance, bohr², two atoms are one, and have no part in a sum. */
  double samePlace();

  /**
   * Each distance by itself, in a plain loop without branches: the compiler makes vectors of it.
   *
   * @param u squared distances, bohr²; of those below {@link #samePlace} anything may be said
   * @param count of them
   * @param e overwritten with the function's values
   * @param g overwritten with its g
   */
  void evaluate(double[] u, int count, double[] e, double[] g);
}
