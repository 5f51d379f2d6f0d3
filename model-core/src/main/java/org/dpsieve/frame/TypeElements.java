package org.dpsieve.frame;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;

/**
 * Which element a type is of, where one is needed: for masses, dispersion, inputs of other
 * programs. What a person says counts, else the name's leading letters.
 */
public final class TypeElements implements Serializable {
  private static final long serialVersionUID = 1;

  /** By leading letters alone. */
  public static final TypeElements LEADING = new TypeElements(new TreeMap<>());

  /** Symbols by name. */
  private final TreeMap<String, String> given;

  private final TreeMap<Integer, Integer> numbers = new TreeMap<>();

  private TypeElements(TreeMap<String, String> given) {
    this.given = given;
    given.forEach(
        (name, symbol) ->
            numbers.put(TypeNames.number(name), Elements.number(symbol).orElseThrow()));
  }

  /**
   * @param given symbols by name
   * @throws InputException listing what names no type or is no element
   */
  public static TypeElements of(Map<String, String> given) {
    List<String> problems = new ArrayList<>();
    new TreeMap<>(given).forEach((name, symbol) -> problem(name, symbol).ifPresent(problems::add));
    if (!problems.isEmpty()) {
      throw new InputException(
          "elements of type names: %s; expected NAME=ELEMENT, e.g. OW=O"
              .formatted(String.join("; ", problems)));
    }
    return new TypeElements(new TreeMap<>(given));
  }

  private static Optional<String> problem(String name, String symbol) {
    return TypeNames.problem(name)
        .or(
            () ->
                Elements.number(symbol).isEmpty()
                    ? Optional.of("%s=%s: '%s' is no element".formatted(name, symbol, symbol))
                    : Elements.number(name).isPresent() && !name.equals(symbol)
                        ? Optional.of(
                            "%s=%s: %s is an element itself (to replace it in the data: import --map)"
                                .formatted(name, symbol, name))
                        : Optional.empty());
  }

  public boolean isEmpty() {
    return given.isEmpty();
  }

  /** What was given, {@code OW} to {@code O}. */
  public SortedMap<String, String> given() {
    return new TreeMap<>(given);
  }

  /** The symbol of a type's element; empty when nobody knows it. */
  public Optional<String> symbol(String name) {
    OptionalInt z = number(TypeNames.number(name));
    return z.isEmpty() ? Optional.empty() : Optional.of(Elements.symbol(z.getAsInt()));
  }

  private OptionalInt number(int type) {
    Integer z = numbers.get(type);
    int element = z == null ? TypeNames.leadingElement(type) : z;
    return element == 0 ? OptionalInt.empty() : OptionalInt.of(element);
  }

  /**
   * The frame with its elements in the place of its types.
   *
   * @throws InputException naming the types whose element nobody knows
   */
  public Frame apply(Frame frame) {
    int[] z = frame.z().clone();
    TreeSet<String> unknown = new TreeSet<>();
    boolean changed = false;
    for (int atom = 0; atom < z.length; atom++) {
      OptionalInt element = number(z[atom]);
      if (element.isEmpty()) {
        unknown.add(frame.type(atom));
      } else {
        changed |= element.getAsInt() != z[atom];
        z[atom] = element.getAsInt();
      }
    }
    if (!unknown.isEmpty()) {
      throw new InputException("Frame %s: %s".formatted(frame.name(), noElement(unknown)));
    }
    return changed ? frame.withTypes(z, TypeNames.NONE) : frame;
  }

  /** The names whose element nobody knows. */
  public List<String> unknown(Collection<String> names) {
    return names.stream().filter(name -> symbol(name).isEmpty()).distinct().toList();
  }

  /** Says that types have no element, and what to do. */
  public static String noElement(Collection<String> names) {
    return "no element is known of type %s, whose leading letters are none; say it: --elements %s (in a parameter file: \"elements\": {%s})"
        .formatted(
            String.join(", ", names),
            names.stream().map(name -> name + "=ELEMENT").collect(Collectors.joining(",")),
            names.stream()
                .map(name -> "\"%s\": \"ELEMENT\"".formatted(name))
                .collect(Collectors.joining(", ")));
  }

  /**
   * Checks that each name that was given is a type of the data.
   *
   * @throws InputException listing those that are not
   */
  public void requireKnown(Collection<String> names, String where) {
    List<String> others = given.keySet().stream().filter(name -> !names.contains(name)).toList();
    if (!others.isEmpty()) {
      throw new InputException(
          "elements of type names: %s is no type of %s; its types: %s"
              .formatted(String.join(", ", others), where, String.join(" ", new TreeSet<>(names))));
    }
  }

  /**
   * What is taken for the names that are no elements, for the log: {@code "OW = O (leading
   * letters)"}; empty when all are elements.
   */
  public Optional<String> said(Collection<String> names) {
    List<String> words = new ArrayList<>();
    for (String name : new TreeSet<>(names)) {
      if (Elements.number(name).isEmpty()) {
        words.add(
            given.containsKey(name)
                ? "%s = %s (given)".formatted(name, given.get(name))
                : symbol(name)
                    .map(symbol -> "%s = %s (leading letters)".formatted(name, symbol))
                    .orElse(name + " of no element"));
      }
    }
    return words.isEmpty()
        ? Optional.empty()
        : Optional.of("type names: " + String.join(", ", words));
  }

  /** As the option spells it: {@code HW=H,OW=O}. */
  @Override
  public String toString() {
    return given.entrySet().stream()
        .map(pair -> pair.getKey() + "=" + pair.getValue())
        .collect(Collectors.joining(","));
  }
}
