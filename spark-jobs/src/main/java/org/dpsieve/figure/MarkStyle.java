package org.dpsieve.figure;

import java.util.Locale;

/** How a mark looks, on light and on dark ground. */
public enum MarkStyle {
  PAPER(Ink.PAPER, null, 0),
  TEXT(Ink.INK, null, 0),
  SOFT(Ink.SOFT, null, 0),
  AXIS(null, Ink.SOFT, 1),
  GRID(null, Ink.LINE, 1),
  /** Of a histogram. */
  BAR(Ink.FILL, Ink.BLUE, 1),
  /** A part of the bars, hatched. */
  PICKED(Ink.ORANGE, Ink.ORANGE, 1),
  /** A square in which points were counted; its opacity says how many. */
  CELL(Ink.BLUE, null, 0),
  DOT(Ink.BLUE, null, 0),
  /** On top of other marks. */
  POOL(Ink.INK, null, 0),
  SOLID(Ink.BLUE, Ink.BLUE, 1),
  HOLLOW(null, Ink.ORANGE, 1.5),
  /** One of several things that belong together, as models. */
  SINGLE(null, Ink.SOFT, 1.2),
  LINE_1(null, Ink.BLUE, 1.8),
  LINE_2(null, Ink.ORANGE, 1.8, 6, 3),
  LINE_3(null, Ink.INK, 1.8, 2, 3),
  LINE_4(null, Ink.GREEN, 1.8, 9, 3, 2, 3),
  LINE_5(null, Ink.SOFT, 2.4),
  LINE_6(null, Ink.ORANGE, 1.2),
  /** A limit that was set. */
  LEVEL(null, Ink.INK, 1.5, 6, 4),
  /** Where two numbers are equal. */
  EQUAL(null, Ink.INK, 1, 4, 3),
  EXPECTED(null, Ink.INK, 1.6),
  AHEAD(null, Ink.INK, 1.5, 5, 4),
  BOUND(null, Ink.SOFT, 1, 1, 3);

  /** A colour in light and in dark. */
  enum Ink {
    PAPER(0xffffff, 0x14181e),
    INK(0x1c2430, 0xe6eaf0),
    SOFT(0x5b6675, 0xa3adba),
    LINE(0xd5dae1, 0x363e4a),
    BLUE(0x2b6cb0, 0x7db5ec),
    FILL(0xc6d8ec, 0x2c4a69),
    ORANGE(0xb7490f, 0xf2985a),
    GREEN(0x2e7d4f, 0x7fd0a0);

    final int light;
    final int dark;

    Ink(int light, int dark) {
      this.light = light;
      this.dark = dark;
    }

    static String hex(int colour) {
      return String.format(Locale.ROOT, "#%06x", colour);
    }
  }

  /** Lines that are told apart by dash and thickness, in the order in which they are used. */
  private static final MarkStyle[] LINES = {LINE_1, LINE_2, LINE_3, LINE_4, LINE_5, LINE_6};

  /** {@code null}: not filled. */
  final Ink fill;

  /** {@code null}: no line around it. */
  final Ink stroke;

  final double width;
  final float[] dash;

  MarkStyle(Ink fill, Ink stroke, double width, float... dash) {
    this.fill = fill;
    this.stroke = stroke;
    this.width = width;
    this.dash = dash;
  }

  /** Of the {@code i}-th curve. */
  public static MarkStyle line(int i) {
    return LINES[i % LINES.length];
  }

  boolean hatched() {
    return this == PICKED;
  }

  String cssClass() {
    return "f-" + name().toLowerCase(Locale.ROOT).replace("_", "");
  }
}
