package org.dpsieve.config.reading;

/** Numbers as people write them. */
public final class Numbers {
  private Numbers() {}

  /** {@code 0.2}, {@code 5}, {@code 1e10}; not {@code 5.0} or {@code 1.0E10}. */
  public static String text(double number) {
    if (number == Math.rint(number) && Math.abs(number) < 1e7) {
      return Long.toString((long) number);
    }
    return Double.toString(number).replace(".0E", "e").replace('E', 'e');
  }
}
