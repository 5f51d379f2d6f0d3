package org.dpsieve.label.vasp;

import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.Decimals;

/**
 * A frame as POSCAR, byte by byte as dpdata 1.1 writes it ({@code formats/vasp/poscar.py}): cell as
 * it is, elements without atoms left out.
 */
final class Poscar {
  private Poscar() {}

  static String text(Frame frame, List<String> typeMap) {
    StringBuilder text = new StringBuilder();
    Map<String, Integer> counts = AtomOrder.counts(frame, typeMap);
    counts.forEach((type, count) -> text.append(symbol(type)).append(count).append(' '));
    text.append("\n1.0\n");
    for (int i = 0; i < 9; i++) {
      text.append(Decimals.exponential(frame.cell()[i])).append(i % 3 == 2 ? " \n" : " ");
    }
    counts.keySet().forEach(type -> text.append(symbol(type)).append(' '));
    text.append('\n');
    counts.values().forEach(count -> text.append(count).append(' '));
    text.append("\nCartesian\n");
    double[] coord = frame.coord();
    for (int atom : AtomOrder.of(frame, typeMap)) {
      for (int k = 0; k < 3; k++) {
        text.append("%15s".formatted(Decimals.fixed(coord[3 * atom + k])));
        text.append(k == 2 ? "\n" : " ");
      }
    }
    return text.toString();
  }

  /** VASP knows two kinds of an element, {@code Fe1} and {@code Fe2}, by their order alone. */
  private static String symbol(String type) {
    return Elements.symbol(Elements.leading(type).orElseThrow());
  }
}
