package org.dpsieve.frame;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;

/**
 * Names of atom types that are no chemical elements: DeePMD-kit's type maps are free text ({@code
 * OW}, {@code Fe1}, {@code Type_0}), and models and systems are matched by name.
 *
 * <p>Where atomic numbers stand ({@link Frame#z}), such a name has a negative number that follows
 * from it alone, so that data sets read apart agree: minus 1, minus the atomic number of the
 * element it begins with (0 for none, {@link Elements#leading}) times 2^24, minus the first three
 * bytes of its SHA-256 (at least 1). The way back needs this table.
 */
public final class TypeNames implements Serializable {
  private static final long serialVersionUID = 1;

  private static final int HASH_BITS = 24;

  /** Elements alone. */
  public static final TypeNames NONE = new TypeNames(new TreeMap<>());

  private final TreeMap<Integer, String> names;

  private TypeNames(TreeMap<Integer, String> names) {
    this.names = names;
  }

  /**
   * A table of those of some names that are no elements.
   *
   * @throws InputException when two of them have the same number
   */
  public static TypeNames of(Collection<String> names) {
    TreeMap<Integer, String> table = new TreeMap<>();
    for (String name : names) {
      int number = number(name);
      String other = number < 0 ? table.put(number, name) : name;
      if (other != null && !other.equals(name)) {
        throw new InputException(
            "the type names '%s' and '%s' cannot be told apart (both are %d here); rename one of them"
                .formatted(other, name, number));
      }
    }
    return table.isEmpty() ? NONE : new TypeNames(table);
  }

  /** What stands for a name: the atomic number of an element, else a negative number. */
  public static int number(String name) {
    return Elements.number(name).orElseGet(() -> hashed(name));
  }

  private static int hashed(String name) {
    byte[] hash = Sha256.of(name);
    int bits = (hash[0] & 0xff) << 16 | (hash[1] & 0xff) << 8 | hash[2] & 0xff;
    return -1 - (Elements.leading(name).orElse(0) << HASH_BITS | Math.max(1, bits));
  }

  /** The element that the name of a number begins with, 0 for none; an element's own. */
  static int leadingElement(int number) {
    return number > 0 ? number : (-1 - number) >>> HASH_BITS;
  }

  /**
   * What keeps a text from being a type name: nothing in it, white space, signs that cannot be
   * printed, {@code #}, which begins a comment in {@code type_map.raw}. Empty when nothing does.
   */
  public static Optional<String> problem(String name) {
    if (name.isEmpty()) {
      return Optional.of("an empty type name");
    }
    boolean bad =
        name.codePoints()
            .anyMatch(
                c ->
                    c == '#'
                        || c == 0xfffd // bytes that are no UTF-8
                        || Character.isWhitespace(c)
                        || Character.isSpaceChar(c)
                        || Character.isISOControl(c)
                        || !Character.isDefined(c));
    return bad
        ? Optional.of(
            "type name '%s': no white space, control characters or #".formatted(shown(name)))
        : Optional.empty();
  }

  /**
   * Checks a type map: every word a name, none twice.
   *
   * @param source what it is, for messages
   * @throws InputException listing all that is wrong
   */
  public static void require(List<String> typeMap, String source) {
    List<String> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int type = 0; type < typeMap.size(); type++) {
      String name = typeMap.get(type);
      int place = type;
      problem(name).ifPresent(text -> problems.add("%s (type %d)".formatted(text, place)));
      if (!seen.add(name)) {
        problems.add(
            "'%s' twice (types %d and %d)".formatted(shown(name), typeMap.indexOf(name), type));
      }
    }
    if (!problems.isEmpty()) {
      throw new InputException(
          "%s: %s; expected a name of its own for each type"
              .formatted(source, String.join(", ", problems)));
    }
  }

  /** A text as a message may show it. */
  private static String shown(String name) {
    StringBuilder text = new StringBuilder();
    name.codePoints()
        .limit(40)
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                text.append("\\u%04x".formatted(c));
              } else {
                text.appendCodePoint(c);
              }
            });
    return text.toString();
  }

  /** The symbol of an element or the name of a type; {@code "number -17"} where nobody knows it. */
  public String name(int number) {
    if (number > 0) {
      return Elements.symbol(number);
    }
    String name = names.get(number);
    return name == null ? "number " + number : name;
  }

  /** The names, sorted. */
  public Set<String> all() {
    return new TreeSet<>(names.values());
  }

  /** Names of all atoms. */
  public List<String> of(int[] z) {
    List<String> all = new ArrayList<>(z.length);
    for (int number : z) {
      all.add(name(number));
    }
    return all;
  }

  /** Whether this table has the names of all these numbers. */
  public boolean knows(int[] z) {
    for (int number : z) {
      if (number < 0 && !names.containsKey(number)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TypeNames table && names.equals(table.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  /** For messages of tests. */
  @Override
  public String toString() {
    return names.toString();
  }
}
