package org.dpsieve.text;

import java.util.Locale;

/**
 * Numbers of things in words, for whoever reads messages, tables and pages: {@code 1 frame}, {@code
 * 2,300 frames}.
 */
public final class Counted {
  private Counted() {}

  /**
   * With thousands separators, and an s at the noun unless there is one of them.
   *
   * @param noun of one thing, with what stands before it: {@code "labelled frame"}
   */
  public static String of(long count, String noun) {
    return of(count, noun, noun + "s");
  }

  /**
   * The same of a noun that takes more than an s.
   *
   * @param one {@code "geometry"}
   * @param several {@code "geometries"}; of 0, too
   */
  public static String of(long count, String one, String several) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : several);
  }
}
