package org.dpsieve.label.vasp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.error.InputException;

/**
 * The settings of an INCAR file, as VASP reads them: {@code KEY = value} in any case, several on a
 * line separated by {@code ;}, comments after {@code !} or {@code #}, a line ended by a backslash
 * goes on, Fortran's ways to write numbers and logicals.
 */
public final class Incar {
  private final String file;
  private final Map<String, List<String>> values = new TreeMap<>();

  private Incar(String file) {
    this.file = file;
  }

  /**
   * @param file named in messages
   */
  public static Incar parse(String file, String text) {
    Incar incar = new Incar(file);
    StringBuilder whole = new StringBuilder();
    for (String line : text.split("\\R", -1)) {
      String setting = line.split("[!#]", 2)[0].stripTrailing();
      if (setting.endsWith("\\")) {
        whole.append(setting, 0, setting.length() - 1).append(' ');
        continue;
      }
      incar.line(whole.append(setting).toString());
      whole.setLength(0);
    }
    incar.line(whole.toString());
    return incar;
  }

  private void line(String line) {
    for (String setting : line.split(";")) {
      int equals = setting.indexOf('=');
      if (equals > 0) {
        values
            .computeIfAbsent(
                setting.substring(0, equals).strip().toUpperCase(Locale.ROOT),
                key -> new ArrayList<>())
            .add(setting.substring(equals + 1).strip());
      }
    }
  }

  /** All settings, by key in capitals; of one that is set more than once all values. */
  public SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    values.forEach((key, all) -> settings.put(key, String.join(", ", all).replaceAll("\\s+", " ")));
    return settings;
  }

  /** A number; {@code 0.2}, {@code .2D0}, {@code 2e-1}. */
  OptionalDouble number(String key) {
    Optional<String> word = firstWord(key);
    if (word.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      String text = word.get().toLowerCase(Locale.ROOT).replace('d', 'e');
      if (text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?")) {
        return OptionalDouble.of(Double.parseDouble(text));
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new InputException("%s: %s is '%s', expected a number".formatted(file, key, word.get()));
  }

  /** A logical; {@code .TRUE.}, {@code T}, {@code .f.}: what follows the letter does not count. */
  Optional<Boolean> logical(String key) {
    return firstWord(key)
        .map(
            word -> {
              String text = word.startsWith(".") ? word.substring(1) : word;
              char letter = text.isEmpty() ? ' ' : Character.toUpperCase(text.charAt(0));
              if (letter != 'T' && letter != 'F') {
                throw new InputException(
                    "%s: %s is '%s', expected .TRUE. or .FALSE.".formatted(file, key, word));
              }
              return letter == 'T';
            });
  }

  /**
   * The first word of a setting. VASP takes the first of two settings of a key, DP-GEN the last:
   * two that differ are refused.
   */
  Optional<String> firstWord(String key) {
    List<String> words =
        values.getOrDefault(key, List.of()).stream()
            .map(value -> value.split("\\s+")[0])
            .distinct()
            .toList();
    if (words.size() > 1) {
      throw new InputException(
          "%s: %s is set more than once (%s); keep one"
              .formatted(file, key, String.join(", ", words)));
    }
    return words.stream().findFirst();
  }
}
