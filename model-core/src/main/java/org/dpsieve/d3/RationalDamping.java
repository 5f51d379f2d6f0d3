package org.dpsieve.d3;

/**
 * s6/(r^6 + R^6) + s8 C8/C6 /(r^8 + R^8) with R = a1 sqrt(C8/C6) + a2; doi:10.1002/jcc.21759,
 * equation 6. For C6 = 1 and without the sign.
 */
final class RationalDamping implements PairFunction {
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
  public double samePlace() {
    return SAME_PLACE;
  }

  @Override
  public void evaluate(double[] u, int count, double[] e, double[] g) {
    for (int i = 0; i < count; i++) {
      double v = u[i];
      double v2 = v * v;
      double p = v * v2 + r6;
      double q = v2 * v2 + r8;
      // 1/p and 1/q for one division
      double inverse = 1 / (p * q);
      double f6 = q * inverse;
      double f8 = p * inverse;
      e[i] = s6 * f6 + s8 * f8;
      g[i] = -2 * v2 * (3 * s6 * f6 * f6 + 4 * s8 * v * f8 * f8);
    }
  }
}
