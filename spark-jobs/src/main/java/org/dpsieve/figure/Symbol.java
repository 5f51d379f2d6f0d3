package org.dpsieve.figure;

/** Shapes of one size to the eye. */
public enum Symbol {
  CIRCLE,
  SQUARE(-3.4, -3.4, 3.4, -3.4, 3.4, 3.4, -3.4, 3.4),
  DIAMOND(0, -4.8, 4, 0, 0, 4.8, -4, 0),
  TRIANGLE(0, -4.6, 4.4, 3.4, -4.4, 3.4),
  DOWN(0, 4.6, 4.4, -3.4, -4.4, -3.4),
  PLUS(
      -1.2, -4, 1.2, -4, 1.2, -1.2, 4, -1.2, 4, 1.2, 1.2, 1.2, 1.2, 4, -1.2, 4, -1.2, 1.2, -4, 1.2,
      -4, -1.2, -1.2, -1.2),
  CROSS(-4, -4, 0, 0, 4, -4, 0, 0, 4, 4, 0, 0, -4, 4, 0, 0);

  private static final Symbol[] CLOSED = {CIRCLE, SQUARE, DIAMOND, TRIANGLE, DOWN, PLUS};

  private final double[] corners;

  Symbol(double... corners) {
    this.corners = corners;
  }

  /** Of the {@code i}-th series. */
  public static Symbol of(int i) {
    return CLOSED[i % CLOSED.length];
  }

  Mark at(MarkStyle style, double x, double y, String tip) {
    if (this == CIRCLE) {
      return new Mark.Circle(style, x, y, 3.6, tip);
    }
    double[] xy = new double[corners.length];
    for (int i = 0; i < xy.length; i += 2) {
      xy[i] = x + corners[i];
      xy[i + 1] = y + corners[i + 1];
    }
    return new Mark.Line(style, xy, true, tip);
  }
}
