package org.dpsieve.figure;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis: from numbers to pixels, and the numbers written along it.
 *
 * @param low the least number on it; above 0 where it is logarithmic
 * @param high the largest, above {@code low}
 */
public record Scale(double low, double high, boolean log, List<Double> ticks) {
  private static final int FEWEST_TICKS = 3;
  private static final double[][] STEPS_OF_DECADE = {{1, 2, 5}, {1, 2, 3, 5, 7}};

  /** Linear, of equal steps, as many as about {@code most}; a range without width gets one. */
  public static Scale linear(double low, double high, int most) {
    double[] range = widened(low, high);
    return new Scale(range[0], range[1], false, linearTicks(range[0], range[1], most));
  }

  /** From 0 to the first tick that is not below {@code high}. */
  public static Scale counts(double high, int most) {
    double top = high > 0 ? high : 1;
    double step = Math.max(1, step(top, most));
    double end = step * Math.ceil(top / step);
    List<Double> ticks = new ArrayList<>();
    for (double tick = 0; tick <= end; tick += step) {
      ticks.add(tick);
    }
    return new Scale(0, end, false, ticks);
  }

  /** Whole numbers alone, with half a unit of room at both ends. */
  public static Scale whole(long low, long high, int most) {
    long step = Math.max(1, (long) step(high - low, most));
    List<Double> ticks = new ArrayList<>();
    for (long tick = -Math.floorDiv(-low, step) * step; tick <= high; tick += step) {
      ticks.add((double) tick);
    }
    return new Scale(low - 0.5, high + 0.5, false, ticks);
  }

  /**
   * Logarithmic, with a little room at both ends: ticks at 1, 2, 5 of each decade; at decades alone
   * where those are many; of equal steps where the range is a small part of a decade.
   */
  public static Scale log(double low, double high) {
    double room = Math.max(1.05, Math.pow(high / low, 0.05));
    double from = low / room;
    double to = high * room;
    int first = (int) Math.floor(Math.log10(from));
    int last = (int) Math.ceil(Math.log10(to));
    if (last - first > 4) {
      int every = (last - first + 5) / 6;
      List<Double> ticks = new ArrayList<>();
      for (int decade = first; decade <= last; decade++) {
        add(decade, 1, from, to, decade % every == 0, ticks);
      }
      return new Scale(from, to, true, ticks);
    }
    for (double[] steps : STEPS_OF_DECADE) {
      List<Double> ticks = new ArrayList<>();
      for (int decade = first; decade <= last; decade++) {
        for (double step : steps) {
          add(decade, step, from, to, true, ticks);
        }
      }
      if (ticks.size() >= FEWEST_TICKS) {
        return new Scale(from, to, true, ticks);
      }
    }
    return new Scale(from, to, true, linearTicks(from, to, 8));
  }

  private static void add(
      int decade, double step, double from, double to, boolean wanted, List<Double> ticks) {
    double tick = new BigDecimal(step).scaleByPowerOfTen(decade).doubleValue();
    if (wanted && tick >= from && tick <= to) {
      ticks.add(tick);
    }
  }

  private static double[] widened(double low, double high) {
    if (high > low) {
      return new double[] {low, high};
    }
    double room = Math.max(Math.abs(low) * 1e-3, 1e-3);
    return new double[] {low - room, low + room};
  }

  /** 1, 2 or 5 times a power of ten. */
  private static double step(double range, int most) {
    double raw = range / most;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double part = raw / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
  }

  private static List<Double> linearTicks(double low, double high, int most) {
    BigDecimal step = new BigDecimal(step(high - low, most)).round(new java.math.MathContext(1));
    List<Double> ticks = new ArrayList<>();
    double room = 1e-9 * (high - low);
    BigDecimal tick =
        new BigDecimal(low - room).divide(step, 0, RoundingMode.CEILING).multiply(step);
    while (tick.doubleValue() <= high + room) {
      ticks.add(tick.doubleValue());
      tick = tick.add(step);
    }
    return ticks;
  }

  /** Between 0 at the low and 1 at the high end; beyond them outside. */
  double part(double value) {
    return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  }

  /** Whether a number has a place on it. */
  public boolean has(double value) {
    return value >= low && value <= high;
  }

  /** A number as it is written along an axis: short, and exactly what it is. */
  public static String text(double tick) {
    if (tick == 0) {
      return "0";
    }
    double size = Math.abs(tick);
    if (size >= 1e6 || size < 1e-4) {
      return String.format(Locale.ROOT, "%.6e", tick)
          .replaceFirst("\\.?0*e", "e")
          .replaceFirst("e\\+?(-?)0*", "e$1");
    }
    BigDecimal exact = new BigDecimal(tick).round(new java.math.MathContext(12));
    String plain = exact.stripTrailingZeros().toPlainString();
    return size < 10_000 ? plain : String.format(Locale.ROOT, "%,.0f", tick);
  }
}
