package org.dpsieve.frame;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;

/**
 * Elements to be put in the place of others: how a dataset of one material becomes the pool of
 * another (HfO2 to ZrO2). All replacements are made at once, so that {@code A=B, B=A} swaps.
 */
public final class ElementMap implements Serializable {
  private static final long serialVersionUID = 1;

  /** Every frame as it is. */
  public static final ElementMap NONE = new ElementMap(new LinkedHashMap<>());

  private final LinkedHashMap<Integer, Integer> numbers;

  private ElementMap(LinkedHashMap<Integer, Integer> numbers) {
    this.numbers = numbers;
  }

  /**
   * @param symbols old to new, e.g. {@code Hf} to {@code Zr}
   * @throws InputException when one is no chemical element
   */
  public static ElementMap of(Map<String, String> symbols) {
    LinkedHashMap<Integer, Integer> numbers = new LinkedHashMap<>();
    symbols.forEach((from, to) -> numbers.put(number(from), number(to)));
    return new ElementMap(numbers);
  }

  private static int number(String symbol) {
    OptionalInt number = Elements.number(symbol.strip());
    if (number.isEmpty()) {
      throw new InputException(
          "--map: '%s' is not a chemical element; expected OLD=NEW with symbols, e.g. Hf=Zr"
              .formatted(symbol));
    }
    return number.getAsInt();
  }

  public boolean isEmpty() {
    return numbers.isEmpty();
  }

  /**
   * The frame with its elements replaced. It loses its labels where one is: what was calculated for
   * one material says nothing of another.
   */
  public Frame apply(Frame frame) {
    int[] z = frame.z().clone();
    boolean changed = false;
    for (int atom = 0; atom < z.length; atom++) {
      Integer other = numbers.get(z[atom]);
      if (other != null && other != z[atom]) {
        z[atom] = other;
        changed = true;
      }
    }
    return changed
        ? new Frame(
            frame.system(),
            frame.index(),
            z,
            frame.coord(),
            frame.cell(),
            Labels.NONE,
            frame.fparam(),
            frame.aparam())
        : frame;
  }

  /** What stands in the place of a symbol; words that are no elements stay. */
  public String apply(String symbol) {
    OptionalInt z = Elements.number(symbol);
    Integer other = z.isEmpty() ? null : numbers.get(z.getAsInt());
    return other == null ? symbol : Elements.symbol(other);
  }

  /**
   * A model's type map with its elements replaced.
   *
   * @param file for messages
   * @throws InputException when two types would be one element, or nothing would change
   */
  public List<String> apply(List<String> typeMap, String file) {
    List<String> mapped = new ArrayList<>();
    typeMap.forEach(symbol -> mapped.add(apply(symbol)));
    if (new HashSet<>(mapped).size() < mapped.size()) {
      throw new InputException(
          "%s: with %s its type map %s would become %s, one element twice; map to an element that the model does not have"
              .formatted(file, this, typeMap, mapped));
    }
    if (mapped.equals(typeMap)) {
      throw new InputException(
          "%s: its type map %s has none of the elements to replace (%s)"
              .formatted(file, typeMap, this));
    }
    return mapped;
  }

  /** As the option spells it: {@code Hf=Zr,O=S}. */
  @Override
  public String toString() {
    return numbers.entrySet().stream()
        .map(pair -> Elements.symbol(pair.getKey()) + "=" + Elements.symbol(pair.getValue()))
        .collect(Collectors.joining(","));
  }
}
