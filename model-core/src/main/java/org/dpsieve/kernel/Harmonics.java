package org.dpsieve.kernel;

import org.dpsieve.model.SolidHarmonics;

/** {@link SolidHarmonics} of degree one to four written out, with their gradients. */
final class Harmonics {
  private static final double A2 = Math.sqrt(3);
  private static final double A3 = Math.sqrt(5.0 / 8);
  private static final double B3 = Math.sqrt(15);
  private static final double C3 = Math.sqrt(3.0 / 8);
  private static final double A4 = Math.sqrt(35) / 2;
  private static final double B4 = Math.sqrt(70) / 4;
  private static final double C4 = Math.sqrt(5) / 2;
  private static final double D4 = Math.sqrt(10) / 4;

  private final int lmax;

  Harmonics(int lmax) {
    this.lmax = lmax;
  }

  /** All but that of degree zero. */
  int count() {
    return (lmax + 1) * (lmax + 1) - 1;
  }

  /** To {@code out[at..]}. */
  void values(double x, double y, double z, double[] out, int at) {
    double xx = x * x;
    double yy = y * y;
    double zz = z * z;
    double rr = xx + yy + zz;
    double diff = xx - yy;
    out[at] = x;
    out[at + 1] = y;
    out[at + 2] = z;
    out[at + 3] = A2 * x * y;
    out[at + 4] = A2 * y * z;
    out[at + 5] = 1.5 * zz - 0.5 * rr;
    out[at + 6] = A2 * x * z;
    out[at + 7] = 0.5 * A2 * diff;
    if (lmax < 3) {
      return;
    }
    double five = 5 * zz - rr;
    double ofX = xx - 3 * yy; // Re (x + iy)³ = x ofX
    double ofY = 3 * xx - yy; // Im (x + iy)³ = y ofY
    out[at + 8] = A3 * y * ofY;
    out[at + 9] = B3 * x * y * z;
    out[at + 10] = C3 * y * five;
    out[at + 11] = 0.5 * z * (5 * zz - 3 * rr);
    out[at + 12] = C3 * x * five;
    out[at + 13] = 0.5 * B3 * z * diff;
    out[at + 14] = A3 * x * ofX;
    if (lmax < 4) {
      return;
    }
    double seven = 7 * zz - rr;
    double seven3 = 7 * zz - 3 * rr;
    out[at + 15] = A4 * x * y * diff;
    out[at + 16] = B4 * z * y * ofY;
    out[at + 17] = C4 * x * y * seven;
    out[at + 18] = D4 * y * z * seven3;
    out[at + 19] = 0.125 * (35 * zz * zz - 30 * zz * rr + 3 * rr * rr);
    out[at + 20] = D4 * x * z * seven3;
    out[at + 21] = 0.5 * C4 * diff * seven;
    out[at + 22] = B4 * z * x * ofX;
    out[at + 23] = 0.25 * A4 * (diff * diff - 4 * xx * yy);
  }

  /**
   * sum over harmonics of v_h dB_h/d(x, y, z).
   *
   * @param v from {@code v[at..]}
   * @param w [3], overwritten
   */
  void gradient(double x, double y, double z, double[] v, int at, double[] w) {
    double v4 = A2 * v[at + 3];
    double v5 = A2 * v[at + 4];
    double v6 = v[at + 5];
    double v7 = A2 * v[at + 6];
    double v8 = A2 * v[at + 7];
    double wx = v[at] + v4 * y - v6 * x + v7 * z + v8 * x;
    double wy = v[at + 1] + v4 * x + v5 * z - v6 * y - v8 * y;
    double wz = v[at + 2] + v5 * y + 2 * v6 * z + v7 * x;
    if (lmax > 2) {
      double xx = x * x;
      double yy = y * y;
      double zz = z * z;
      double rr = xx + yy + zz;
      double diff = xx - yy;
      double p = 3 * A3 * v[at + 8];
      double q = B3 * v[at + 9];
      double s = C3 * v[at + 10];
      double m = v[at + 11];
      double n = C3 * v[at + 12];
      double o = 0.5 * B3 * v[at + 13];
      double k = 3 * A3 * v[at + 14];
      double five = 5 * zz - rr;
      wx +=
          2 * p * x * y
              + q * y * z
              - 2 * s * x * y
              - 3 * m * x * z
              + n * (five - 2 * xx)
              + 2 * o * x * z
              + k * diff;
      wy +=
          p * diff
              + q * x * z
              + s * (five - 2 * yy)
              - 3 * m * y * z
              - 2 * n * x * y
              - 2 * o * y * z
              - 2 * k * x * y;
      wz += q * x * y + 8 * s * y * z + m * (4.5 * zz - 1.5 * rr) + 8 * n * x * z + o * diff;
    }
    w[0] = wx;
    w[1] = wy;
    w[2] = wz;
    if (lmax > 3) {
      addFourth(x, y, z, v, at + 15, w);
    }
  }

  private static void addFourth(double x, double y, double z, double[] v, int at, double[] w) {
    double xx = x * x;
    double yy = y * y;
    double zz = z * z;
    double rr = xx + yy + zz;
    double diff = xx - yy;
    double ofX = xx - 3 * yy;
    double ofY = 3 * xx - yy;
    double seven = 7 * zz - rr;
    double seven3 = 7 * zz - 3 * rr;
    double a = A4 * v[at];
    double b = B4 * v[at + 1];
    double c = C4 * v[at + 2];
    double d = D4 * v[at + 3];
    double e = v[at + 4];
    double f = D4 * v[at + 5];
    double g = 0.5 * C4 * v[at + 6];
    double h = B4 * v[at + 7];
    double i = 0.25 * A4 * v[at + 8];
    w[0] +=
        a * y * ofY
            + 6 * b * x * y * z
            + c * y * (seven - 2 * xx)
            - 6 * d * x * y * z
            + e * x * (1.5 * rr - 7.5 * zz)
            + f * z * (seven3 - 6 * xx)
            + 2 * g * x * (seven - diff)
            + 3 * h * z * diff
            + 4 * i * x * ofX;
    w[1] +=
        a * x * ofX
            + 3 * b * z * diff
            + c * x * (seven - 2 * yy)
            + d * z * (seven3 - 6 * yy)
            + e * y * (1.5 * rr - 7.5 * zz)
            - 6 * f * x * y * z
            - 2 * g * y * (seven + diff)
            - 6 * h * x * y * z
            - 4 * i * y * ofY;
    w[2] +=
        b * y * ofY
            + 12 * c * x * y * z
            + d * y * (seven3 + 8 * zz)
            + e * z * (10 * zz - 6 * rr)
            + f * x * (seven3 + 8 * zz)
            + 12 * g * z * diff
            + h * x * ofX;
  }
}
