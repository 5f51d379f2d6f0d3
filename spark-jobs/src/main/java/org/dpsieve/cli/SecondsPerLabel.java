package org.dpsieve.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What a label of the real run takes.
 *
 * @param given s; NaN where it is to be measured
 */
record SecondsPerLabel(double given) {
  private static final String MEASURE = "measure";

  boolean isMeasured() {
    return Double.isNaN(given);
  }

  /** A number, or {@code measure}. */
  static final class Converter implements ITypeConverter<SecondsPerLabel> {
    @Override
    public SecondsPerLabel convert(String text) {
      if (text.equals(MEASURE)) {
        return new SecondsPerLabel(Double.NaN);
      }
      try {
        double seconds = Double.parseDouble(text);
        if (seconds > 0 && Double.isFinite(seconds)) {
          return new SecondsPerLabel(seconds);
        }
      } catch (NumberFormatException e) {
        // reported below
      }
      throw new TypeConversionException(
          "found '%s', expected a number above 0, or %s".formatted(text, MEASURE));
    }
  }
}
