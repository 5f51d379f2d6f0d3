package org.dpsieve.label.vasp;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key that stands for frames of one composition: a formula ({@code Fe10O20}, in any order; 1 may
 * be left out, but not all numbers), the types there are ({@code Fe-O}, or {@code Fe} alone), or
 * {@link #DEFAULT} for all others.
 */
public final class CompositionKey {
  public static final String DEFAULT = "default";

  private static final Pattern PART = Pattern.compile("([A-Z][a-z]?)(\\d{0,9})");

  private CompositionKey() {}

  /**
   * What is wrong with a key.
   *
   * @param typeMap the types that frames may have
   */
  static Optional<String> problem(String key, List<String> typeMap) {
    if (key.equals(DEFAULT)) {
      return Optional.empty();
    }
    Set<String> types = formula(key).<Set<String>>map(Map::keySet).orElseGet(() -> types(key));
    List<String> unknown = types.stream().filter(type -> !typeMap.contains(type)).toList();
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "'%s' names %s, which type_map (%s) does not have; expected a formula (Fe10O20), types (Fe-O) or default"
                .formatted(key, String.join(", ", unknown), String.join(", ", typeMap)));
  }

  /**
   * The key for a frame: its formula, else its types, else {@link #DEFAULT}.
   *
   * @param counts number of atoms by type
   */
  public static Optional<String> best(Collection<String> keys, Map<String, Integer> counts) {
    Optional<String> exact =
        keys.stream().filter(key -> formula(key).filter(counts::equals).isPresent()).findFirst();
    return exact
        .or(
            () ->
                keys.stream()
                    .filter(key -> formula(key).isEmpty() && types(key).equals(counts.keySet()))
                    .findFirst())
        .or(() -> keys.stream().filter(DEFAULT::equals).findFirst());
  }

  /** Empty where a key is no formula: without any number it names types. */
  private static Optional<Map<String, Integer>> formula(String key) {
    if (key.chars().noneMatch(Character::isDigit)) {
      return Optional.empty();
    }
    Map<String, Integer> counts = new TreeMap<>();
    Matcher part = PART.matcher(key);
    int end = 0;
    while (part.find() && part.start() == end) {
      int count = part.group(2).isEmpty() ? 1 : Integer.parseInt(part.group(2));
      counts.merge(part.group(1), count, Integer::sum);
      end = part.end();
    }
    return end == key.length() ? Optional.of(counts) : Optional.empty();
  }

  private static Set<String> types(String key) {
    return new TreeSet<>(List.of(key.split("-")));
  }
}
