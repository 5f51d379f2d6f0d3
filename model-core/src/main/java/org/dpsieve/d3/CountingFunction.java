package org.dpsieve.d3;

/**
 * How much two atoms count as bonded, 1/(1 + exp(-16 (R/r - 1))) with R the sum of the scaled
 * covalent radii; doi:10.1063/1.3382344, equation 15.
 */
final class CountingFunction extends PairFunction {
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
  void row(double perpendicular2, double step2, double t, int count) {
    double sum = 0;
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    for (int i = 0; i < count; i++) {
      double x = t + i;
      double u = perpendicular2 + step2 * x * x;
      if (u < SAME_PLACE) {
        continue;
      }
      double inverse = 1 / Math.sqrt(u);
      double ratio = STEEPNESS * radii * inverse;
      double bond = 1 / (1 + Math.exp(STEEPNESS - ratio));
      sum += bond;
      double g = -bond * (1 - bond) * ratio * (inverse * inverse);
      double gx = g * x;
      sum0 += g;
      sum1 += gx;
      sum2 += gx * x;
    }
    value = sum;
    g0 = sum0;
    g1 = sum1;
    g2 = sum2;
  }
}
