package org.dpsieve.io.extxyz;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;

/**
 * What the labels of extended XYZ files are called, where it is not what ASE calls them: {@code
 * energy=REF_energy,forces=REF_forces}. Case does not count. A quantity that is named here is read
 * under that name alone.
 *
 * @param names by quantity, one of {@link #QUANTITIES} or a property
 * @param properties what is read beside these, of files in any layout
 */
public record ExtxyzKeys(Map<String, String> names, List<Property> properties)
    implements Serializable {
  /** What can be named, with the names that are read unasked, the first of which counts. */
  private static final Map<String, List<String>> QUANTITIES = new LinkedHashMap<>();

  static {
    QUANTITIES.put("energy", List.of("free_energy", "energy"));
    QUANTITIES.put("forces", List.of("forces", "force"));
    QUANTITIES.put("virial", List.of("virial", "virials"));
    QUANTITIES.put("stress", List.of("stress", "stresses"));
    QUANTITIES.put("fparam", List.of("fparam"));
    QUANTITIES.put("aparam", List.of("aparam"));
  }

  public static final ExtxyzKeys DEFAULT = new ExtxyzKeys(Map.of());

  /** Of labels and parameters alone. */
  public ExtxyzKeys(Map<String, String> names) {
    this(names, List.of());
  }

  /**
   * @throws InputException when a quantity is none, or a name is empty or given twice
   */
  public ExtxyzKeys {
    List<String> problems = new ArrayList<>();
    List<String> more = named(properties);
    names.forEach(
        (quantity, name) -> {
          if (!QUANTITIES.containsKey(quantity) && !more.contains(quantity)) {
            problems.add(
                "'%s' is no quantity of an extended XYZ file, expected one of %s"
                    .formatted(
                        quantity,
                        Stream.concat(QUANTITIES.keySet().stream(), more.stream())
                            .collect(Collectors.joining(", "))));
          } else if (name.isBlank()) {
            problems.add("no name for " + quantity);
          }
        });
    if (new HashSet<>(names.values()).size() < names.size()) {
      problems.add("one name for two quantities");
    }
    if (!problems.isEmpty()) {
      throw new InputException(
          "extxyz keys %s: %s; e.g. energy=REF_energy,forces=REF_forces"
              .formatted(names, String.join("; ", problems)));
    }
    names =
        names.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    e -> e.getValue().strip().toLowerCase(Locale.ROOT),
                    (a, b) -> b,
                    LinkedHashMap::new));
    properties = Property.listOf(properties);
  }

  private static List<String> named(List<Property> properties) {
    return properties.stream().map(Property::name).toList();
  }

  /** With other properties to read. */
  public ExtxyzKeys with(List<Property> others) {
    return new ExtxyzKeys(names, others);
  }

  /** What a property is called, in lower case. */
  String of(Property property) {
    return names.getOrDefault(property.name(), property.name()).toLowerCase(Locale.ROOT);
  }

  /** The property that a name in lower case stands for. */
  Optional<Property> property(String name) {
    return properties.stream().filter(property -> of(property).equals(name)).findFirst();
  }

  /**
   * Of {@code energy=REF_energy,forces=REF_forces}; empty text for {@link #DEFAULT}.
   *
   * @throws InputException as the constructor does
   */
  public static ExtxyzKeys of(String text) {
    return of(text, List.of());
  }

  /** The same with properties to read, which may be named, too. */
  public static ExtxyzKeys of(String text, List<Property> properties) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String pair : text.isBlank() ? new String[0] : text.split(",")) {
      String[] words = pair.split("=", 2);
      if (words.length < 2 || names.put(words[0].strip(), words[1].strip()) != null) {
        throw new InputException(
            "extxyz keys '%s': expected QUANTITY=NAME, each quantity once, e.g. energy=REF_energy,forces=REF_forces"
                .formatted(text));
      }
    }
    return new ExtxyzKeys(names, properties);
  }

  /** Names to look for in lower case, the first of which counts. */
  List<String> of(Quantity quantity) {
    String name = names.get(quantity.key());
    return name == null ? QUANTITIES.get(quantity.key()) : List.of(name);
  }

  /** As {@link #of(String)} takes it. */
  @Override
  public String toString() {
    return names.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }

  /** All names that are read. */
  List<String> all() {
    return Stream.concat(
            Stream.of(Quantity.values()).flatMap(quantity -> of(quantity).stream()),
            properties.stream().filter(property -> !property.atomic()).map(this::of))
        .toList();
  }

  /** What can be named. */
  enum Quantity {
    ENERGY,
    FORCES,
    VIRIAL,
    STRESS,
    FPARAM,
    APARAM;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What to say of labels in a file that are not read as they have other names; empty where there
   * is nothing like a label.
   *
   * @param ignored names in the file
   * @param option how the user gives names: {@code --extxyz-keys}
   */
  public static Optional<String> note(Collection<String> ignored, String option) {
    String keys = suggestion(ignored);
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "there are labels under names that are not read; if they are those wanted: %s %s"
                .formatted(option, keys));
  }

  /** {@code energy=REF_energy,forces=REF_forces}: what to name to read what is ignored. */
  static String suggestion(Collection<String> ignored) {
    Map<String, String> found = new LinkedHashMap<>();
    for (Quantity quantity :
        Arrays.asList(Quantity.ENERGY, Quantity.FORCES, Quantity.VIRIAL, Quantity.STRESS)) {
      String stem = quantity == Quantity.FORCES ? "force" : quantity.key();
      ignored.stream()
          .filter(name -> !name.endsWith(".npy") && !name.toLowerCase(Locale.ROOT).contains("unit"))
          .filter(name -> name.toLowerCase(Locale.ROOT).contains(stem))
          .findFirst()
          .ifPresent(name -> found.putIfAbsent(quantity.key(), name));
    }
    return found.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }
}
