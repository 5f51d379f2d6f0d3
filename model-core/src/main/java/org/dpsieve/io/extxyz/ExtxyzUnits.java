package org.dpsieve.io.extxyz;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.io.extxyz.UnitName.Dimension;

/**
 * Units that the comment of a frame names, as factors to eV and Å: {@code energy-unit=hartree},
 * {@code force_units="kcal/mol/Å"}, {@code stress-unit=kbar} (dpdata's keys and their like).
 * Without any all is in eV, eV/Å, eV/Å³ and Å; a virial is in the unit of the energy.
 */
final class ExtxyzUnits {
  private static final Pattern UNIT_KEY =
      Pattern.compile("(?:(.*?)[-_. ]?units?|units?[-_. ]?(?:of[-_. ])?(.*))");

  /** {@code positions{angstrom}}, {@code cell{atomic_unit}}: i-PI's own way to say it. */
  private static final Pattern IPI = Pattern.compile("\\b(positions|forces|cell)\\{[^}]*\\}");

  private static final Map<String, What> QUANTITIES =
      Map.ofEntries(
          Map.entry("energy", What.ENERGY),
          Map.entry("energies", What.ENERGY),
          Map.entry("force", What.FORCE),
          Map.entry("forces", What.FORCE),
          Map.entry("stress", What.STRESS),
          Map.entry("stresses", What.STRESS),
          Map.entry("pressure", What.STRESS),
          Map.entry("virial", What.VIRIAL),
          Map.entry("virials", What.VIRIAL),
          Map.entry("length", What.LENGTH),
          Map.entry("distance", What.LENGTH),
          Map.entry("position", What.LENGTH),
          Map.entry("positions", What.LENGTH),
          Map.entry("pos", What.LENGTH),
          Map.entry("coord", What.LENGTH),
          Map.entry("coords", What.LENGTH),
          Map.entry("coordinate", What.LENGTH),
          Map.entry("coordinates", What.LENGTH),
          Map.entry("cell", What.CELL),
          Map.entry("lattice", What.CELL));

  /** What a unit may be said of. */
  enum What {
    ENERGY(Dimension.ENERGY),
    FORCE(Dimension.FORCE),
    STRESS(Dimension.STRESS),
    VIRIAL(Dimension.ENERGY),
    LENGTH(Dimension.LENGTH),
    CELL(Dimension.LENGTH);

    private final Dimension dimension;

    What(Dimension dimension) {
      this.dimension = dimension;
    }
  }

  private final String where;
  private final Map<What, Double> factors = new EnumMap<>(What.class);
  private final Set<String> keys = new TreeSet<>();

  private ExtxyzUnits(String where) {
    this.where = where;
  }

  /**
   * @param where for messages
   * @param fields of the comment, keys in lower case
   * @param names what labels may be called, in lower case
   * @throws InputException naming every unit that is none, or of what is not known
   */
  static ExtxyzUnits of(
      String where, String comment, Map<String, String> fields, ExtxyzKeys names) {
    Matcher ipi = IPI.matcher(comment);
    if (ipi.find()) {
      throw new InputException(
          "%s: '%s' is a unit as i-PI writes it, which is no extended XYZ; convert the file with ASE (format i-pi-xyz) or write Lattice and Properties, in angstrom"
              .formatted(where, ipi.group()));
    }
    ExtxyzUnits units = new ExtxyzUnits(where);
    List<String> problems = new ArrayList<>();
    fields.forEach(
        (key, value) -> {
          Matcher matcher = UNIT_KEY.matcher(key);
          if (matcher.matches()) {
            String of = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            units.add(key, of, value, fields, names, problems);
          }
        });
    if (!problems.isEmpty()) {
      throw new InputException(where + ": " + String.join("; ", problems));
    }
    return units;
  }

  private void add(
      String key,
      String of,
      String value,
      Map<String, String> fields,
      ExtxyzKeys names,
      List<String> problems) {
    if (of.isEmpty()) {
      keys.add(key);
      if (!isOurs(value)) {
        problems.add(
            "%s=%s does not say of what; write energy-unit=..., force-unit=..., length-unit=..."
                .formatted(key, value));
      }
      return;
    }
    What what = what(of, names);
    if (what != null) {
      keys.add(key);
      OptionalDouble factor = UnitName.factor(value, what.dimension);
      if (factor.isEmpty()) {
        problems.add(
            "%s=%s is not known, expected e.g. %s"
                .formatted(key, value, what.dimension.examples()));
      } else if (factors.put(what, factor.getAsDouble()) != null) {
        problems.add("%s=%s: another key says the unit of that, too".formatted(key, value));
      }
    } else if (!fields.containsKey(of)
        && Stream.of("energy", "force", "stress", "virial").anyMatch(of::contains)) {
      problems.add(
          "%s=%s does not say whether it is that of what is read; write energy-unit=..., force-unit=..."
              .formatted(key, value));
    }
  }

  /** {@code null} when it is of something that is not read. */
  private static What what(String of, ExtxyzKeys names) {
    for (ExtxyzKeys.Quantity quantity : ExtxyzKeys.Quantity.values()) {
      if (names.of(quantity).contains(of) && QUANTITIES.containsKey(quantity.key())) {
        return QUANTITIES.get(quantity.key());
      }
    }
    return QUANTITIES.get(of);
  }

  /** {@code units=metal}, {@code units="eV Angstrom"}. */
  private static boolean isOurs(String value) {
    for (String word : value.strip().split("[,;\\s]+")) {
      boolean one =
          Stream.of(Dimension.values())
              .map(dimension -> UnitName.factor(word, dimension))
              .anyMatch(factor -> factor.isPresent() && factor.getAsDouble() == 1);
      if (!one && !Set.of("metal", "ase").contains(word.toLowerCase(Locale.ROOT))) {
        return false;
      }
    }
    return true;
  }

  /** Keys that say units of what is read. */
  Set<String> keys() {
    return keys;
  }

  /**
   * What numbers are multiplied with to be in eV and Å; 1 where no unit is named.
   *
   * @throws InputException when units are named, of other things, so that one cannot tell
   */
  double of(What what) {
    if (factors.containsKey(what)) {
      return factors.get(what);
    }
    switch (what) {
      case VIRIAL, CELL -> {
        return of(what == What.VIRIAL ? What.ENERGY : What.LENGTH);
      }
      case LENGTH -> {
        return 1; // the format's own, whatever the labels are in
      }
      default -> {
        boolean others =
            factors.entrySet().stream()
                .anyMatch(
                    factor ->
                        (factor.getKey() == What.ENERGY || factor.getKey() == What.FORCE)
                            && factor.getValue() != 1);
        if (others) {
          String name = what.name().toLowerCase(Locale.ROOT);
          throw new InputException(
              "%s: %s has no unit, where other labels are not in eV and angstrom; write %s-unit=..."
                  .formatted(where, name, name));
        }
        return 1;
      }
    }
  }
}
