package org.dpsieve.d3;

/**
 * s6/r^6 and s8 C8/C6 /r^8, each times 1/(1 + 6 (rs R0/r)^alpha) with alpha 14 and 16;
 * doi:10.1063/1.3382344, equations 3 and 4. For C6 = 1 and without the sign.
 */
final class ZeroDamping extends PairFunction {
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
      double u3 = u * u * u;
      double u4 = u * u3;
      double p = u3 * u4 + a14;
      double q = u4 * u4 + a16;
      // 1/p and 1/q for one division; e = s6 u^4/p + s8 u^4/q
      double inverse = u3 / (p * q);
      double f6 = q * inverse;
      double f8 = p * inverse;
      sum += u * (s6 * f6 + s8 * f8);
      double g = 2 * (s6 * f6 * (4 - 7 * u4 * f6) + s8 * f8 * (4 - 8 * u * u4 * f8));
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
