package org.dpsieve.config.reading;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the name that was meant. */
public final class Spelling {
  private Spelling() {}

  /** The nearest of {@code names}, when one is near enough to be meant by {@code word}. */
  public static Optional<String> nearest(String word, Collection<String> names) {
    String lower = word.toLowerCase(Locale.ROOT);
    int near = word.length() < 2 ? 0 : Math.max(1, Math.min(4, word.length() / 3));
    return names.stream()
        .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= near)
        .min(
            Comparator.comparingInt((String name) -> distance(lower, name.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** {@code "; did you mean 'x'?"}, or nothing. */
  public static String hint(String word, Collection<String> names) {
    return nearest(word, names)
        .or(() -> abbreviated(word, names))
        .map("; did you mean '%s'?"::formatted)
        .orElse("");
  }

  /** The names that end like the word: {@code model_devi_f_trust_lo} for {@code f_trust_low}. */
  private static Optional<String> abbreviated(String word, Collection<String> names) {
    int parts = word.split("_").length;
    Map<String, List<String>> ends = new TreeMap<>();
    for (String name : names) {
      String[] all = name.split("_");
      if (all.length > parts) {
        String end = String.join("_", Arrays.copyOfRange(all, all.length - parts, all.length));
        ends.computeIfAbsent(end, e -> new ArrayList<>()).add(name);
      }
    }
    return nearest(word, ends.keySet()).map(end -> String.join("' or '", ends.get(end)));
  }

  /** Insertions, deletions, replacements and swaps of neighbors that make one of the other. */
  public static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
