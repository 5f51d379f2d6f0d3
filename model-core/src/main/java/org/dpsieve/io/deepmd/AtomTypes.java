package org.dpsieve.io.deepmd;

import java.util.List;
import java.util.OptionalInt;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;

/**
 * A system's own numbering of elements. A type map may name more than the system uses, even words
 * that are no elements; only what is used must be one.
 *
 * @param symbols word of type 0, 1, ...
 * @param source where the words are written, for messages
 */
record AtomTypes(List<String> symbols, String source) {
  /** Padding of a mixed system. */
  static final int NO_ATOM = -1;

  /**
   * Atomic numbers of atoms; {@link #NO_ATOM} where the type is -1 and {@code padding} is allowed.
   *
   * @param types type of each atom, as read from {@code file}
   * @throws InputException naming file, atom, what was found and what was expected
   */
  int[] numbers(double[] types, boolean padding, String file) {
    int[] z = new int[types.length];
    for (int atom = 0; atom < z.length; atom++) {
      double type = types[atom];
      if (padding && type == NO_ATOM) {
        z[atom] = NO_ATOM;
        continue;
      }
      if (!(type >= 0 && type < symbols.size() && type == Math.rint(type))) {
        throw new InputException(
            "%s: type %s at place %d, expected 0 to %d: %s names %d elements (%s)"
                .formatted(
                    file,
                    type == Math.rint(type) ? String.valueOf((long) type) : String.valueOf(type),
                    atom,
                    symbols.size() - 1,
                    source,
                    symbols.size(),
                    String.join(" ", symbols)));
      }
      String symbol = symbols.get((int) type);
      OptionalInt number = Elements.number(symbol);
      if (number.isEmpty()) {
        throw new InputException(
            "%s: '%s' is not a chemical element, but atoms of %s have that type; write element symbols"
                .formatted(source, symbol, file));
      }
      z[atom] = number.getAsInt();
    }
    return z;
  }
}
