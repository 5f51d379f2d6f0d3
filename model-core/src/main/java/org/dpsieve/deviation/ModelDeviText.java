package org.dpsieve.deviation;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * {@code dp model-devi}'s text, byte for byte ({@code deepmd/infer/model_devi.py:
 * write_model_devi_out}): of each system two comment lines and a row for every frame.
 */
public final class ModelDeviText {
  private static final String COLUMN = "%-19s";
  private static final MathContext SEVEN_DIGITS = new MathContext(7, RoundingMode.HALF_EVEN);

  private final Appendable out;
  private final boolean atomic;

  /**
   * @param atomic whether rows end with the force deviation of every atom
   */
  public ModelDeviText(Appendable out, boolean atomic) {
    this.out = out;
    this.atomic = atomic;
  }

  /** The two lines above a system's rows. */
  public void system(String path) throws IOException {
    out.append("# ").append(path).append('\n');
    out.append("# ").append("%-10s".formatted("step"));
    for (String name : FrameDeviation.NAMES) {
      out.append(COLUMN.formatted(name));
    }
    if (atomic) {
      out.append(COLUMN.formatted("atm_devi_f(N)"));
    }
    out.append('\n');
  }

  public void row(long step, FrameDeviation deviation) throws IOException {
    out.append("%12d".formatted(step));
    for (double value : deviation.numbers()) {
      number(value);
    }
    if (atomic) {
      for (double value : deviation.atomDeviF()) {
        number(value);
      }
    }
    out.append('\n');
  }

  private void number(double value) throws IOException {
    String text = scientific(value);
    out.append(" ".repeat(Math.max(0, 19 - text.length()))).append(text);
  }

  /** As C's {@code %.6e}: of the exact binary value, ties to even, unlike Java's own {@code %e}. */
  static String scientific(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0.000000e+00";
    }
    BigDecimal rounded = new BigDecimal(Math.abs(value)).round(SEVEN_DIGITS);
    String digits = rounded.unscaledValue().toString();
    int exponent = digits.length() - 1 - rounded.scale();
    digits = (digits + "000000").substring(0, 7);
    return "%s%s.%se%s%02d"
        .formatted(
            sign,
            digits.charAt(0),
            digits.substring(1),
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }
}
