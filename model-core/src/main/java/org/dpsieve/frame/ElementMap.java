package org.dpsieve.frame;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;

/**
 * Types to be put in the place of others: how a dataset of one material becomes the pool of another
 * (HfO2 to ZrO2), or gets the type names of a model (O to OW). All replacements are made at once,
 * so that {@code A=B, B=A} swaps.
 */
public final class ElementMap implements Serializable {
  private static final long serialVersionUID = 1;

  /** Every frame as it is. */
  public static final ElementMap NONE = new ElementMap(new LinkedHashMap<>(), TypeElements.LEADING);

  private final LinkedHashMap<String, String> types;
  private final LinkedHashMap<Integer, Integer> numbers = new LinkedHashMap<>();
  private final TypeNames names;
  private final TypeElements elements;

  private ElementMap(LinkedHashMap<String, String> types, TypeElements elements) {
    this.types = types;
    this.elements = elements;
    this.names = TypeNames.of(types.values());
    types.forEach((from, to) -> numbers.put(TypeNames.number(from), TypeNames.number(to)));
  }

  /** {@link #of(Map, TypeElements)} where no element of a type name was given. */
  public static ElementMap of(Map<String, String> types) {
    return of(types, TypeElements.LEADING);
  }

  /**
   * @param types old to new, e.g. {@code Hf} to {@code Zr}, {@code O} to {@code OW}
   * @param elements of type names: where the element stays, labels may
   * @throws InputException when one is neither a chemical element nor a type name
   */
  public static ElementMap of(Map<String, String> types, TypeElements elements) {
    LinkedHashMap<String, String> stripped = new LinkedHashMap<>();
    types.forEach((from, to) -> stripped.put(required(from), required(to)));
    stripped.values().forEach(to -> requireDeliberate(to, elements));
    return new ElementMap(stripped, elements);
  }

  private static String required(String type) {
    String name = type.strip();
    Optional<String> problem = TypeNames.problem(name);
    if (problem.isPresent()) {
      throw new InputException("--map: %s; expected OLD=NEW, e.g. Hf=Zr".formatted(problem.get()));
    }
    return name;
  }

  /** A mistyped symbol would be a type name that no model has. */
  private static void requireDeliberate(String name, TypeElements elements) {
    if (elements.symbol(name).isEmpty() && name.chars().allMatch(Character::isLetter)) {
      throw new InputException(
          "--map: '%s' is not a chemical element, and no type name that begins with one; expected OLD=NEW, e.g. Hf=Zr; if the name is meant: --elements %s=ELEMENT"
              .formatted(name, name));
    }
  }

  public boolean isEmpty() {
    return types.isEmpty();
  }

  /** What comes in the place of others. */
  public List<String> targets() {
    return List.copyOf(types.values());
  }

  /**
   * A name that nothing has is a mistyped one.
   *
   * @param names of the types that frames have
   * @throws InputException listing those to be replaced that are none of them
   */
  public void requireKnown(Collection<String> names) {
    List<String> others = types.keySet().stream().filter(name -> !names.contains(name)).toList();
    if (!others.isEmpty()) {
      throw new InputException(
          "--map: no system has %s; their types: %s; expected OLD=NEW of one of these"
              .formatted(String.join(", ", others), String.join(" ", new TreeSet<>(names))));
    }
  }

  /**
   * The frame with its types replaced. It loses its labels where one is: what was calculated for
   * one material says nothing of another. They stay where atoms keep their elements and one of the
   * two names is the element itself ({@code O=OW}): the same atoms, told apart more finely or less.
   */
  public Frame apply(Frame frame) {
    int[] z = frame.z().clone();
    boolean changed = false;
    boolean same = true;
    for (int atom = 0; atom < z.length; atom++) {
      Integer other = numbers.get(z[atom]);
      if (other != null && other != z[atom]) {
        same &= sameAtom(frame.type(atom), names.name(other));
        z[atom] = other;
        changed = true;
      }
    }
    if (!changed) {
      return frame;
    }
    TreeSet<String> all = new TreeSet<>(frame.names().all());
    all.addAll(names.all());
    Frame mapped = frame.withTypes(z, TypeNames.of(all));
    return same ? mapped : mapped.withLabels(Labels.NONE).withProperties(Map.of());
  }

  private boolean sameAtom(String from, String to) {
    Optional<String> element = elements.symbol(from);
    boolean plain = Elements.number(from).isPresent() || Elements.number(to).isPresent();
    return plain && element.isPresent() && element.equals(elements.symbol(to));
  }

  /** What stands in the place of a name. */
  public String apply(String name) {
    return types.getOrDefault(name, name);
  }

  /**
   * A model's type map with its types replaced.
   *
   * @param file for messages
   * @throws InputException when two types would be one, or nothing would change
   */
  public List<String> apply(List<String> typeMap, String file) {
    List<String> mapped = new ArrayList<>();
    typeMap.forEach(name -> mapped.add(apply(name)));
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
    return types.entrySet().stream()
        .map(pair -> pair.getKey() + "=" + pair.getValue())
        .collect(Collectors.joining(","));
  }
}
