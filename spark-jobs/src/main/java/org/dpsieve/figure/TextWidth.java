package org.dpsieve.figure;

import java.util.ArrayList;
import java.util.List;

/**
 * How wide a text is in pixels, rather more than less: by the widths of DejaVu Sans, which is wider
 * than what most browsers show.
 */
final class TextWidth {
  static final int SIZE = 12;

  private TextWidth() {}

  static double of(String text) {
    return SIZE * text.codePoints().mapToDouble(TextWidth::ofCharacter).sum();
  }

  private static double ofCharacter(int c) {
    if (" ijl.,:;|!'()[]frt-".indexOf(c) >= 0) {
      return 0.37;
    }
    if ("mwMW%@→←".indexOf(c) >= 0) {
      return 0.95;
    }
    return Character.isUpperCase(c) ? 0.72 : c > 0x2e80 ? 1 : 0.64;
  }

  /** As much of it as there is room for, with an ellipsis where something is left out. */
  static String cut(String text, double room) {
    if (of(text) <= room) {
      return text;
    }
    int end = text.length();
    while (end > 1 && of(text.substring(0, end) + "…") > room) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end) + "…";
  }

  /** In lines that fit, broken between words. */
  static List<String> lines(String text, double room) {
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : text.split(" ")) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && of(longer) > room) {
        lines.add(line);
        longer = word;
      }
      line = longer;
    }
    lines.add(cut(line, room));
    return lines;
  }
}
