package org.dpsieve.label;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Numbers as C's printf writes them: the exact binary value, rounded once. Java's formatter rounds
 * the shortest decimal form instead, 0.1 as {@code 1.0000000000000000e-01}.
 */
public final class Decimals {
  private Decimals() {}

  /** {@code %.16e} of a finite number. */
  public static String exponential(double value) {
    if (value == 0) {
      return sign(value) + "0.0000000000000000e+00";
    }
    BigDecimal rounded =
        new BigDecimal(Math.abs(value)).round(new MathContext(17, RoundingMode.HALF_EVEN));
    StringBuilder digits = new StringBuilder(rounded.unscaledValue().toString());
    int exponent = digits.length() - 1 - rounded.scale();
    while (digits.length() < 17) {
      digits.append('0');
    }
    digits.setLength(17); // BigDecimal may keep trailing zeros of a large integer
    digits.insert(1, '.');
    return "%s%se%s%02d"
        .formatted(sign(value), digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  /** {@code %.10f} of a finite number. */
  public static String fixed(double value) {
    return sign(value)
        + new BigDecimal(Math.abs(value)).setScale(10, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String sign(double value) {
    return Math.copySign(1, value) < 0 ? "-" : "";
  }
}
