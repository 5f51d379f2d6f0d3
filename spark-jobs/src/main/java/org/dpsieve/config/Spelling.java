package org.dpsieve.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was meant. */
final class Spelling {
  private Spelling() {}

  /** The nearest of {@code names}, when one is near enough to be meant by {@code word}. */
  static Optional<String> nearest(String word, Collection<String> names) {
    String lower = word.toLowerCase(Locale.ROOT);
    int near = Math.max(1, Math.min(4, word.length() / 3));
    return names.stream()
        .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= near)
        .min(
            Comparator.comparingInt((String name) -> distance(lower, name.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** {@code "; did you mean 'x'?"}, or nothing. */
  static String hint(String word, Collection<String> names) {
    return nearest(word, names).map("; did you mean '%s'?"::formatted).orElse("");
  }

  /** Insertions, deletions, replacements and swaps of neighbours that make one of the other. */
  static int distance(String a, String b) {
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
