package org.dpsieve.label;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.error.InputException;

/**
 * Settings of a labeller that decide whether and how fast a calculation converges, how it is spread
 * over cores and what it prints: a label that does converge is the same whatever they are. All
 * others belong to the level of theory, and where one is not known it is taken to. Each style says
 * which are its own ({@code ProgramStyle.convergence}).
 */
public final class ConvergenceSettings {
  private ConvergenceSettings() {}

  /**
   * One input in two.
   *
   * @param level what labels depend on
   * @param convergence the rest; empty where there is none
   */
  public record Parts(SortedMap<String, String> level, SortedMap<String, String> convergence) {
    public Parts() {
      this(new TreeMap<>(), new TreeMap<>());
    }

    /** Adds a setting to one of the two. */
    public void put(boolean convergence, String key, String value) {
      (convergence ? this.convergence : level).put(key, value);
    }
  }

  /**
   * Of {@code user_fp_params} or {@code fp_params}, by path: {@code electrons.conv_thr}.
   *
   * @param keys settings of convergence, in small letters
   */
  public static Parts parameters(Set<String> keys, ObjectNode parameters) {
    Parts parts = new Parts();
    leaves(parameters)
        .forEach(
            (path, value) ->
                parts.put(
                    Arrays.stream(path.toLowerCase(Locale.ROOT).split("\\."))
                        .anyMatch(keys::contains),
                    path,
                    value));
    return parts;
  }

  /** What a JSON object holds, by path. */
  public static SortedMap<String, String> leaves(ObjectNode object) {
    SortedMap<String, String> leaves = new TreeMap<>();
    object
        .properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              if (value instanceof ObjectNode inner && !inner.isEmpty()) {
                leaves(inner)
                    .forEach((path, leaf) -> leaves.put(field.getKey() + "." + path, leaf));
              } else {
                leaves.put(field.getKey(), value.isTextual() ? value.asText() : value.toString());
              }
            });
    return leaves;
  }

  /** Of an input file with a setting on each line: ABACUS' INPUT, CP2K's input. */
  public static Parts lines(Set<String> keys, Path file) {
    Parts parts = new Parts();
    int number = 0;
    for (String line : (Iterable<String>) text(file).lines()::iterator) {
      String setting = line.replaceFirst("(#|!|//).*", "").strip().replaceAll("\\s+", " ");
      if (!setting.isEmpty()) {
        String key = setting.split(" ")[0].toLowerCase(Locale.ROOT);
        boolean convergence = keys.contains(key);
        parts.put(convergence, convergence ? key : "line %05d".formatted(++number), setting);
      }
    }
    return parts;
  }

  /** The text of an input file. */
  public static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read (%s)".formatted(file, e), e);
    }
  }
}
