package org.dpsieve.label.espresso;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.Steps;
import org.dpsieve.label.UnexpectedText;

/**
 * Cell and positions as the cards {@code CELL_PARAMETERS} and {@code ATOMIC_POSITIONS} give them.
 *
 * @param elements symbol of each atom
 * @param cell lattice vectors as rows, Å, row-major [3, 3]
 * @param coord Å, row-major [nAtoms, 3]
 */
record PwscfGeometry(List<String> elements, double[] cell, double[] coord) {
  private static final double SAME = 2e-3;

  private static final Pattern UNIT =
      Pattern.compile("[({]?\\s*([a-z]+)\\s*(?:=\\s*([0-9.eEdD+-]+))?");

  /** A type's label: {@code Ag}, {@code Fe1}, {@code O_up}, {@code ag}. */
  private static final Pattern LABEL = Pattern.compile("([A-Za-z]|[A-Za-z][a-z])(?![a-z]).*");

  /**
   * Of an input file whose two cards have units of their own; empty for others, whose geometry
   * follows from {@code ibrav} and what belongs to it.
   */
  static Optional<PwscfGeometry> ofInput(OutputText text) {
    double[] cell = null;
    int positions = -1;
    try {
      for (int i = 0; text.has(i); i++) {
        if (text.line(i).strip().startsWith("CELL_PARAMETERS")) {
          cell = cell(text, i, 0);
        } else if (text.line(i).strip().startsWith("ATOMIC_POSITIONS")) {
          positions = i;
        }
      }
      if (cell == null || positions < 0) {
        return Optional.empty();
      }
      List<String> elements = new ArrayList<>();
      return Optional.of(
          new PwscfGeometry(elements, cell, positions(text, positions, 0, 0, cell, elements)));
    } catch (UnexpectedText e) {
      return Optional.empty();
    }
  }

  /** Whether the other is this one, up to the digits that are printed. */
  boolean isClose(PwscfGeometry other) {
    return other.elements.equals(elements) && close(cell, other.cell) && close(coord, other.coord);
  }

  private static boolean close(double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) < SAME)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The card's three rows, Å.
   *
   * @param alat Å, 0 when not known
   */
  static double[] cell(OutputText text, int card, double alat) {
    double unit = length(text.line(card), "CELL_PARAMETERS", alat);
    double[] cell = new double[9];
    int row = card;
    for (int i = 0; i < 9; i += 3) {
      row = next(text, row);
      double[] vector = text.numbers(row, 0, 3);
      for (int k = 0; k < 3; k++) {
        cell[i + k] = vector[k] * unit;
      }
    }
    return cell;
  }

  /**
   * The card's rows, Å, [count, 3].
   *
   * @param count 0 for as many as there are
   * @param elements the atoms' symbols are added to it
   */
  static double[] positions(
      OutputText text, int card, int count, double alat, double[] cell, List<String> elements) {
    if (cell == null) {
      throw new UnexpectedText("positions before any cell");
    }
    boolean crystal = text.line(card).toLowerCase(Locale.ROOT).contains("crystal");
    double unit = crystal ? 1 : length(text.line(card), "ATOMIC_POSITIONS", alat);
    List<double[]> rows = new ArrayList<>();
    int row = next(text, card);
    while (count == 0
        ? isAtom(text.line(row)) && rows.size() < Steps.MOST_ATOMS
        : rows.size() < count) {
      elements.add(symbol(text.line(row).strip().split("\\s+")[0]));
      rows.add(text.numbers(row, 1, 3));
      row = next(text, row);
    }
    double[] coord = new double[3 * rows.size()];
    for (int i = 0; i < coord.length; i++) {
      double[] x = rows.get(i / 3);
      int k = i % 3;
      coord[i] = crystal ? x[0] * cell[k] + x[1] * cell[3 + k] + x[2] * cell[6 + k] : x[k] * unit;
    }
    return coord;
  }

  private static int next(OutputText text, int row) {
    int next = row + 1;
    while (text.has(next)
        && (text.line(next).isBlank() || text.line(next).strip().matches("[!#].*"))) {
      next++;
    }
    return next;
  }

  private static boolean isAtom(String line) {
    return line.strip().matches("[A-Za-z]\\S{0,3}(\\s+[-+]?[0-9.]\\S*){3}.*");
  }

  /** A card's unit of length in Å. */
  private static double length(String card, String name, double alat) {
    String rest = card.strip().substring(name.length()).strip().toLowerCase(Locale.ROOT);
    Matcher unit = UNIT.matcher(rest);
    String word = unit.lookingAt() ? unit.group(1) : "alat";
    if (word.equals("angstrom")) {
      return 1;
    }
    if (word.equals("bohr")) {
      return AtomicUnits.BOHR;
    }
    if (word.equals("alat")) {
      String value = rest.isEmpty() ? null : unit.group(2);
      double length = value == null ? alat : OutputText.number(value) * AtomicUnits.BOHR;
      if (length > 0) {
        return length;
      }
    }
    throw new UnexpectedText("unit '%s' of %s is not understood".formatted(word, name));
  }

  /** The element of a type's label. */
  static String symbol(String label) {
    Matcher matcher = LABEL.matcher(label);
    if (!matcher.matches()) {
      throw new UnexpectedText("'%s' names no element".formatted(label));
    }
    String symbol = matcher.group(1);
    return symbol.substring(0, 1).toUpperCase(Locale.ROOT) + symbol.substring(1);
  }
}
