package org.dpsieve.label.vasp;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;

/**
 * A frame as POSCAR, byte by byte as dpdata 1.1 writes it ({@code formats/vasp/poscar.py}): cell as
 * it is, atoms sorted by type with their order kept within, elements without atoms left out.
 */
final class Poscar {
  private Poscar() {}

  /** The frame's atoms in the file's order, [nAtoms]; every element must be in the type map. */
  static int[] order(Frame frame, List<String> typeMap) {
    return IntStream.range(0, frame.atomCount())
        .boxed()
        .sorted(Comparator.comparing(atom -> typeMap.indexOf(Elements.symbol(frame.z()[atom]))))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Elements present, in type map order, with their counts. */
  static Map<String, Integer> counts(Frame frame, List<String> typeMap) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (int atom : order(frame, typeMap)) {
      counts.merge(Elements.symbol(frame.z()[atom]), 1, Integer::sum);
    }
    return counts;
  }

  static String text(Frame frame, List<String> typeMap) {
    StringBuilder text = new StringBuilder();
    Map<String, Integer> counts = counts(frame, typeMap);
    counts.forEach((symbol, count) -> text.append(symbol).append(count).append(' '));
    text.append("\n1.0\n");
    for (int i = 0; i < 9; i++) {
      text.append(Decimals.exponential(frame.cell()[i])).append(i % 3 == 2 ? " \n" : " ");
    }
    counts.keySet().forEach(symbol -> text.append(symbol).append(' '));
    text.append('\n');
    counts.values().forEach(count -> text.append(count).append(' '));
    text.append("\nCartesian\n");
    double[] coord = frame.coord();
    for (int atom : order(frame, typeMap)) {
      for (int k = 0; k < 3; k++) {
        text.append("%15s".formatted(Decimals.fixed(coord[3 * atom + k])));
        text.append(k == 2 ? "\n" : " ");
      }
    }
    return text.toString();
  }
}
