package org.dpsieve.deviation;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code dp model-devi}'s text, byte for byte ({@code deepmd/infer/model_devi.py:
 * write_model_devi_out}): of each system two comment lines and a row for every frame.
 */
public final class ModelDeviText {
  private static final int COLUMN = 19;
  private static final MathContext SEVEN_DIGITS = new MathContext(7, RoundingMode.HALF_EVEN);

  /** Powers of ten that doubles hold exactly. */
  private static final double[] POWERS =
      IntStream.rangeClosed(0, 22).mapToDouble(k -> Double.parseDouble("1e" + k)).toArray();

  private final Appendable out;
  private final boolean atomic;
  private final List<String> names;

  /**
   * @param atomic whether rows end with the force deviation of every atom
   */
  public ModelDeviText(Appendable out, boolean atomic) {
    this(out, atomic, FrameDeviation.NAMES);
  }

  /** The same layout with other numbers. */
  public ModelDeviText(Appendable out, List<String> names) {
    this(out, false, names);
  }

  private ModelDeviText(Appendable out, boolean atomic, List<String> names) {
    this.out = out;
    this.atomic = atomic;
    this.names = names;
  }

  /** The two lines above a system's rows. */
  public void system(String path) throws IOException {
    out.append("# ").append(path).append('\n');
    out.append("# step      ");
    for (String name : names) {
      heading(name);
    }
    if (atomic) {
      heading("atm_devi_f(N)");
    }
    out.append('\n');
  }

  public void row(long step, FrameDeviation deviation) throws IOException {
    column(Long.toString(step), 12);
    for (double value : deviation.numbers()) {
      column(scientific(value), COLUMN);
    }
    if (atomic) {
      for (double value : deviation.atomDeviF()) {
        column(scientific(value), COLUMN);
      }
    }
    out.append('\n');
  }

  /** A row of other numbers, as many as there are names. */
  public void row(long step, List<Double> numbers) throws IOException {
    column(Long.toString(step), 12);
    for (double value : numbers) {
      column(scientific(value), COLUMN);
    }
    out.append('\n');
  }

  private void heading(String name) throws IOException {
    out.append(name).append(" ".repeat(COLUMN - name.length()));
  }

  private void column(String text, int width) throws IOException {
    out.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
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
    double size = Math.abs(value);
    int exponent = (int) Math.floor(Math.log10(size));
    int shift = 6 - exponent;
    if (Math.abs(shift) < POWERS.length) {
      double scaled = shift < 0 ? size / POWERS[-shift] : size * POWERS[shift];
      double digits = Math.rint(scaled);
      // scaled was rounded once, by less than 1e-9: only near a tie and a power of ten can that
      // matter
      if (digits > 1_000_000 && digits < 9_999_999 && Math.abs(scaled - digits) < 0.499_999) {
        return scientific(sign, Long.toString((long) digits), exponent);
      }
    }
    BigDecimal rounded = new BigDecimal(size).round(SEVEN_DIGITS);
    String digits = rounded.unscaledValue().toString();
    return scientific(
        sign, (digits + "000000").substring(0, 7), digits.length() - 1 - rounded.scale());
  }

  /**
   * Not by a {@link java.util.Formatter}: eight numbers a frame, and Java compiles all it consists
   * of.
   */
  private static String scientific(String sign, String digits, int exponent) {
    return sign
        + digits.charAt(0)
        + '.'
        + digits.substring(1)
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
