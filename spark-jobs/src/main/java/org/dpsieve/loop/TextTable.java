package org.dpsieve.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Columns for a person at a terminal: the first to the left, the others to the right, each as wide
 * as it is usually, and wider where a number or a name asks for it. So no two ever run together.
 */
public final class TextTable {
  private static final String NONE = "-";

  /** From here on digits are no use: 1.2e+07. */
  private static final double LONG_NUMBER = 1e6;

  private final int[] widths;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * @param widths at least, with what is between columns
   */
  public TextTable(int... widths) {
    this.widths = widths.clone();
  }

  /** Adds a row; columns beyond the given widths are as wide as they need be. */
  public TextTable row(Object... cells) {
    rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
    return this;
  }

  /** The rows in order. */
  public List<String> lines() {
    int[] wide = fitted();
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int k = 0; k < row.length; k++) {
        line.append(String.format(Locale.ROOT, "%" + (k == 0 ? "-" : "") + wide[k] + "s", row[k]));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  /** A line over {@link #lines}: each title over as many columns. */
  public String over(int columns, String... titles) {
    int[] wide = fitted();
    StringBuilder line = new StringBuilder(" ".repeat(wide[0]));
    for (int t = 0; t < titles.length; t++) {
      int width = 0;
      for (int k = 1 + t * columns; k < 1 + (t + 1) * columns; k++) {
        width += wide[k];
      }
      line.append(String.format(Locale.ROOT, "%" + width + "s", titles[t]));
    }
    return line.toString();
  }

  private int[] fitted() {
    int columns = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    int[] wide = Arrays.copyOf(widths, Math.max(columns, widths.length));
    for (String[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        wide[k] = Math.max(wide[k], row[k].length() + 1);
      }
    }
    return wide;
  }

  /** With so many digits after the point, or three in all where it is very large. */
  public static String number(double value, int digits) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    return String.format(
        Locale.ROOT, Math.abs(value) < LONG_NUMBER ? "%." + digits + "f" : "%.2e", value);
  }
}
