package org.dpsieve.frame;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of compositions. A type name that is no element and does not consist of letters stands in
 * brackets, {@code (Fe1)4(Fe2)4O12}, and signs that are awkward in paths as {@code %} and two hex
 * digits, so that {@link #types} has the names back.
 */
public final class Formula {
  private static final Pattern TERM = Pattern.compile("(?:\\(([^()]*)\\)|([A-Za-z]+))(\\d+)");

  private Formula() {}

  /**
   * Present types in alphabetical order with their counts, {@code Ag4Au4}, {@code Au8}: the {@code
   * formula} column.
   */
  public static String of(Frame frame) {
    return of(frame.z(), frame.names());
  }

  /** The same of atomic numbers alone; {@code names} has those of types that are no elements. */
  public static String of(int[] z, TypeNames names) {
    StringBuilder text = new StringBuilder();
    counts(z, names).forEach((name, count) -> text.append(term(name)).append(count));
    return text.toString();
  }

  /** Atoms of each present type, in alphabetical order. */
  public static SortedMap<String, Integer> counts(int[] z, TypeNames names) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int number : z) {
      counts.merge(number, 1, Integer::sum);
    }
    SortedMap<String, Integer> named = new TreeMap<>();
    counts.forEach((number, count) -> named.put(names.name(number), count));
    return named;
  }

  /**
   * Every type of the type map in its order, zeros included, {@code Ag0Au8}: DP-GEN's folder names.
   */
  public static String ofTypeMap(int[] z, List<String> typeMap) {
    StringBuilder text = new StringBuilder();
    for (String name : typeMap) {
      int type = TypeNames.number(name);
      int count = 0;
      for (int number : z) {
        if (number == type) {
          count++;
        }
      }
      text.append(term(name)).append(count);
    }
    return text.toString();
  }

  /** A type as formulas show it: {@code Ag}, {@code OW}, {@code (Fe1)}. */
  public static String term(String name) {
    if (!name.isEmpty() && name.chars().allMatch(c -> c < 128 && Character.isLetter(c))) {
      return name;
    }
    StringBuilder text = new StringBuilder("(");
    name.codePoints()
        .forEach(
            c -> {
              if (Character.isLetterOrDigit(c) || "_-+.'".indexOf(c) >= 0) {
                text.appendCodePoint(c);
              } else {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                  text.append("%%%02X".formatted(b));
                }
              }
            });
    return text.append(')').toString();
  }

  /** The types of a formula as {@link #of} writes it, in its order. */
  public static List<String> types(String formula) {
    List<String> types = new ArrayList<>();
    Matcher term = TERM.matcher(formula);
    while (term.lookingAt()) {
      types.add(term.group(1) == null ? term.group(2) : decoded(term.group(1)));
      term.region(term.end(), formula.length());
    }
    return types;
  }

  private static String decoded(String name) {
    return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
