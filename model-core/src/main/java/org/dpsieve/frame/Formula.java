package org.dpsieve.frame;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Names of compositions. */
public final class Formula {
  private Formula() {}

  /**
   * Present elements in alphabetical order with their counts, {@code Ag4Au4}, {@code Au8}: the
   * {@code formula} column.
   */
  public static String of(int[] z) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int number : z) {
      counts.merge(Elements.symbol(number), 1, Integer::sum);
    }
    StringBuilder text = new StringBuilder();
    counts.forEach((symbol, count) -> text.append(symbol).append(count));
    return text.toString();
  }

  /**
   * Every element of the type map in its order, zeros included, {@code Ag0Au8}: DP-GEN's folder
   * names.
   */
  public static String ofTypeMap(int[] z, List<String> typeMap) {
    StringBuilder text = new StringBuilder();
    for (String symbol : typeMap) {
      int count = 0;
      for (int number : z) {
        if (Elements.symbol(number).equals(symbol)) {
          count++;
        }
      }
      text.append(symbol).append(count);
    }
    return text.toString();
  }
}
