package org.dpsieve.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** exp, and what is made of it, by the Vector API. */
final class VectorExp implements Exponential {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Added and taken away again, it rounds to a whole number, which is its lowest bits. */
  private static final double ROUNDER = 0x1.8p52;

  /** ln 2 in two parts: the first times a whole number below 2^11 is exact. */
  private static final double LN2_HIGH = 0x1.62e42fee00000p-1;

  private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  private static final double MOST = 700;

  @Override
  public void apply(double[] x, int from, int count) {
    int whole = from + SPECIES.loopBound(count);
    for (int k = from; k < whole; k += LANES) {
      exp(DoubleVector.fromArray(SPECIES, x, k)).intoArray(x, k);
    }
    int rest = from + count - whole;
    if (rest > 0) {
      double[] end = new double[LANES];
      System.arraycopy(x, whole, end, 0, rest);
      exp(DoubleVector.fromArray(SPECIES, end, 0)).intoArray(end, 0);
      System.arraycopy(end, 0, x, whole, rest);
    }
  }

  /** Relative error below 4e-16 between e^-700 and e^700, beyond them as there; NaN stays NaN. */
  static DoubleVector exp(DoubleVector x) {
    DoubleVector bounded = x.min(MOST).max(-MOST);
    DoubleVector shifted = shifted(bounded);
    DoubleVector power = power(shifted);
    return power.fma(beyond(bounded, shifted), power);
  }

  /** x = k ln 2 + r: k, and {@link #ROUNDER}. */
  static DoubleVector shifted(DoubleVector x) {
    return x.fma(constant(1 / Math.log(2)), constant(ROUNDER));
  }

  /** 2^k. */
  static DoubleVector power(DoubleVector shifted) {
    LongVector exponent = shifted.reinterpretAsLongs().add(1023);
    return exponent.lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
  }

  /** exp(r) - 1 by its Taylor series to r^13. */
  static DoubleVector beyond(DoubleVector x, DoubleVector shifted) {
    DoubleVector k = shifted.sub(ROUNDER);
    DoubleVector r = k.fma(constant(-LN2_HIGH), x);
    r = k.fma(constant(-LN2_LOW), r);
    DoubleVector p =
        constant(1.0 / 6227020800.0)
            .fma(r, constant(1.0 / 479001600))
            .fma(r, constant(1.0 / 39916800))
            .fma(r, constant(1.0 / 3628800))
            .fma(r, constant(1.0 / 362880))
            .fma(r, constant(1.0 / 40320))
            .fma(r, constant(1.0 / 5040))
            .fma(r, constant(1.0 / 720))
            .fma(r, constant(1.0 / 120))
            .fma(r, constant(1.0 / 24))
            .fma(r, constant(1.0 / 6))
            .fma(r, constant(0.5));
    return p.mul(r).fma(r, r);
  }

  /**
   * silu = z s with s = 1 / (1 + exp(-z)), and its slope s (1 + z (1 - s)), of one row.
   *
   * @param bias z is y + bias, [n]
   * @param scale of both; {@code null} for 1
   */
  static void silu(double[] bias, double[] scale, double[] y, double[] slope, int row) {
    int whole = SPECIES.loopBound(bias.length);
    for (int j = 0; j < whole; j += LANES) {
      DoubleVector z =
          DoubleVector.fromArray(SPECIES, y, row + j).add(DoubleVector.fromArray(SPECIES, bias, j));
      DoubleVector s = constant(1).div(exp(z.neg()).add(1));
      DoubleVector value = z.mul(s);
      DoubleVector change = s.add(value.mul(constant(1).sub(s)));
      if (scale != null) {
        DoubleVector factor = DoubleVector.fromArray(SPECIES, scale, j);
        value = value.mul(factor);
        change = change.mul(factor);
      }
      value.intoArray(y, row + j);
      change.intoArray(slope, row + j);
    }
    for (int j = whole; j < bias.length; j++) {
      double z = y[row + j] + bias[j];
      double s = 1 / (1 + Math.exp(-z));
      double factor = scale == null ? 1 : scale[j];
      y[row + j] = factor * z * s;
      slope[row + j] = factor * (s + z * s * (1 - s));
    }
  }

  private static DoubleVector constant(double value) {
    return DoubleVector.broadcast(SPECIES, value);
  }
}
