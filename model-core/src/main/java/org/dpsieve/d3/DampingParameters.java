package org.dpsieve.d3;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dpsieve.error.InputException;

/**
 * Damping parameters of one functional, two-body.
 *
 * @param s6 scale of the r^-6 term
 * @param s8 scale of the r^-8 term
 * @param first {@code rs6} of zero damping; {@code a1} of rational damping
 * @param second {@code rs8} of zero damping; {@code a2} of rational damping, in bohr
 */
record DampingParameters(Damping damping, double s6, double s8, double first, double second) {
  private static final Map<Damping, Map<String, DampingParameters>> TABLE =
      new EnumMap<>(Map.of(Damping.ZERO, new TreeMap<>(), Damping.BJ, new TreeMap<>()));
  private static final Map<String, String> ALIASES = new HashMap<>();

  static {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                DampingParameters.class.getResourceAsStream("functionals.txt"),
                StandardCharsets.UTF_8))) {
      lines.lines().filter(line -> !line.startsWith("#")).forEach(DampingParameters::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(String line) {
    String[] word = line.split(" ");
    if (word[0].equals("alias")) {
      ALIASES.put(word[1], word[2]);
      return;
    }
    Damping damping = Damping.of(word[0]);
    double[] value = new double[4];
    for (int i = 0; i < 4; i++) {
      value[i] = Double.parseDouble(word[2 + i]);
    }
    TABLE
        .get(damping)
        .put(word[1], new DampingParameters(damping, value[0], value[1], value[2], value[3]));
  }

  /** Names of all functionals that have parameters for some damping, as {@link #of} takes them. */
  static SortedSet<String> functionals() {
    SortedSet<String> all = new TreeSet<>();
    TABLE.values().forEach(table -> all.addAll(table.keySet()));
    return all;
  }

  /**
   * The parameters that dftd3 1.7.0 uses. Case, hyphens, slashes, underscores, spaces and
   * parentheses of the name do not matter.
   */
  static DampingParameters of(String functional, Damping damping) {
    String plain = functional.toLowerCase(Locale.ROOT).replaceAll("[-_/ ()]", "");
    String name = ALIASES.getOrDefault(plain, plain);
    DampingParameters found = TABLE.get(damping).get(name);
    if (found != null) {
      return found;
    }
    Damping other = damping == Damping.ZERO ? Damping.BJ : Damping.ZERO;
    String known = String.join(", ", TABLE.get(damping).keySet());
    if (TABLE.get(other).containsKey(name)) {
      throw new InputException(
          ("D3: functional '%s' has parameters for damping '%s' only, not for '%s': choose that"
                  + " damping, or one of: %s")
              .formatted(functional, other, damping, known));
    }
    throw new InputException(
        "D3: unknown functional '%s'; known with damping '%s': %s"
            .formatted(functional, damping, known));
  }
}
