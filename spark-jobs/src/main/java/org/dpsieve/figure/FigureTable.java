package org.dpsieve.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.dpsieve.text.Counted;

/** The numbers of a figure, with the units in the columns' names. */
public final class FigureTable {
  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();

  public FigureTable(String... columns) {
    this.columns = List.of(columns);
  }

  /** Adds a row: text, whole numbers, numbers; NaN is an empty cell. */
  public FigureTable row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "%s, expected %s".formatted(Counted.of(cells.length, "cell"), columns));
    }
    rows.add(Arrays.stream(cells).map(FigureTable::cell).toList());
    return this;
  }

  /** To six digits: more than a picture shows, fewer than depend on the order of sums. */
  private static String cell(Object value) {
    if (value instanceof Double number) {
      return !Double.isFinite(number)
          ? number.isNaN() ? "" : number > 0 ? "inf" : "-inf"
          : new java.math.BigDecimal(String.format(Locale.ROOT, "%.5e", number))
              .stripTrailingZeros()
              .toString()
              .replace("E", "e")
              .replace("e+", "e");
    }
    return value == null ? "" : String.valueOf(value);
  }

  /** As RFC 4180 has it, with a line of names first. */
  public String csv() {
    StringBuilder csv = new StringBuilder(line(columns));
    rows.forEach(row -> csv.append(line(row)));
    return csv.toString();
  }

  private static String line(List<String> cells) {
    return cells.stream().map(FigureTable::quoted).collect(Collectors.joining(",")) + "\r\n";
  }

  private static String quoted(String cell) {
    return cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? '"' + cell.replace("\"", "\"\"") + '"'
        : cell;
  }
}
