package org.dpsieve.io.deepmd;

import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.text.Counted;

/**
 * A system's own numbering of types. A type map may name more than the system uses, and types that
 * are no elements.
 *
 * @param symbols name of type 0, 1, ...
 * @param source where the names are written, for messages
 */
record AtomTypes(List<String> symbols, String source) {
  /** Padding of a mixed system. */
  static final int NO_ATOM = -1;

  /**
   * @throws InputException when one is no name, or two types have the same
   */
  AtomTypes {
    TypeNames.require(symbols, source);
  }

  /** Those that are no elements. */
  TypeNames names() {
    return TypeNames.of(symbols);
  }

  /**
   * Atomic numbers of atoms, and what stands for other types; {@link #NO_ATOM} where the type is -1
   * and {@code padding} is allowed.
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
            "%s: type %s at place %d, expected 0 to %d: %s names %s (%s)"
                .formatted(
                    file,
                    type == Math.rint(type) ? String.valueOf((long) type) : String.valueOf(type),
                    atom,
                    symbols.size() - 1,
                    source,
                    Counted.of(symbols.size(), "type"),
                    String.join(" ", symbols)));
      }
      z[atom] = TypeNames.number(symbols.get((int) type));
    }
    return z;
  }
}
