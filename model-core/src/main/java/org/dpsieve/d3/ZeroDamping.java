package org.dpsieve.d3;

/**
 * s6/r^6 and s8 C8/C6 /r^8, each times 1/(1 + 6 (rs R0/r)^alpha) with alpha 14 and 16;
 * doi:10.1063/1.3382344, equations 3 and 4. For C6 = 1 and without the sign.
 */
final class ZeroDamping implements PairFunction {
  /** Nearer than this, dftd3 takes two atoms for one. */
  private static final double SAME_PLACE = Math.ulp(1.0);

  private final double s6;
  private final double s8;
  private final double a14;
  private final double a16;

  /**
   * @param c8c6 C8/C6, bohr²
   * @param r0 van der Waals radius of the pair, bohr
   */
  ZeroDamping(DampingParameters parameters, double c8c6, double r0) {
    s6 = parameters.s6();
    s8 = parameters.s8() * c8c6;
    a14 = 6 * Math.pow(parameters.first() * r0, 14);
    a16 = 6 * Math.pow(parameters.second() * r0, 16);
  }

  @Override
  public double samePlace() {
    return SAME_PLACE;
  }

  @Override
  public void evaluate(double[] u, int count, double[] e, double[] g) {
    for (int i = 0; i < count; i++) {
      double v = u[i];
      double v3 = v * v * v;
      double v4 = v * v3;
      double p = v3 * v4 + a14;
      double q = v4 * v4 + a16;
      // 1/p and 1/q for one division; e = s6 u^4/p + s8 u^4/q
      double inverse = v3 / (p * q);
      double f6 = q * inverse;
      double f8 = p * inverse;
      e[i] = v * (s6 * f6 + s8 * f8);
      g[i] = 2 * (s6 * f6 * (4 - 7 * v4 * f6) + s8 * f8 * (4 - 8 * v * v4 * f8));
    }
  }
}
