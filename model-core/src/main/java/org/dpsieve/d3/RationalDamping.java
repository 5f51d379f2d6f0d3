package org.dpsieve.d3;

/**
 * s6/(r^6 + R^6) + s8 C8/C6 /(r^8 + R^8) with R = a1 sqrt(C8/C6) + a2; doi:10.1002/jcc.21759,
 * equation 6. For C6 = 1 and without the sign.
 */
final class RationalDamping extends PairFunction {
  /** Nearer than this, dftd3 takes two atoms for one. */
  private static final double SAME_PLACE = Math.ulp(1.0);

  private final double s6;
  private final double s8;
  private final double r6;
  private final double r8;

  /**
   * @param c8c6 C8/C6, bohr²
   */
  RationalDamping(DampingParameters parameters, double c8c6) {
    s6 = parameters.s6();
    s8 = parameters.s8() * c8c6;
    double r = parameters.first() * Math.sqrt(c8c6) + parameters.second();
    r6 = Math.pow(r, 6);
    r8 = Math.pow(r, 8);
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
      double u2 = u * u;
      double p = u * u2 + r6;
      double q = u2 * u2 + r8;
      // 1/p and 1/q for one division
      double inverse = 1 / (p * q);
      double f6 = q * inverse;
      double f8 = p * inverse;
      sum += s6 * f6 + s8 * f8;
      double g = -2 * u2 * (3 * s6 * f6 * f6 + 4 * s8 * u * f8 * f8);
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
