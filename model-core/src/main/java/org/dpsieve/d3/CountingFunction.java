package org.dpsieve.d3;

/**
 * How much two atoms count as bonded, 1/(1 + exp(-16 (R/r - 1))) with R the sum of the scaled
 * covalent radii; doi:10.1063/1.3382344, equation 15.
 */
final class CountingFunction implements PairFunction {
  private static final double STEEPNESS = 16;

  /** Squared distance under which dftd3 takes two atoms for one, bohr². */
  private static final double SAME_PLACE = 1e-12;

  private final double radii;

  /**
   * @param radii sum of both covalent radii, scaled by 4/3, bohr
   */
  CountingFunction(double radii) {
    this.radii = radii;
  }

  @Override
  public double samePlace() {
    return SAME_PLACE;
  }

  @Override
  public void evaluate(double[] u, int count, double[] e, double[] g) {
    for (int i = 0; i < count; i++) {
      double inverse = 1 / Math.sqrt(u[i]);
      double ratio = STEEPNESS * radii * inverse;
      double bond = 1 / (1 + Math.exp(STEEPNESS - ratio));
      e[i] = bond;
      g[i] = -bond * (1 - bond) * ratio * (inverse * inverse);
    }
  }
}
