package org.dpsieve.figure;

/** What is drawn; pixels from the upper left corner. */
sealed interface Mark {
  MarkStyle style();

  /** Whether the dashes of its style are for it: for open lines, not for symbols. */
  default boolean isDashed() {
    return style().dash.length > 0 && this instanceof Line line && !line.closed();
  }

  /** The same at another place. */
  Mark moved(double x, double y);

  /**
   * @param opacity between 0 and 1
   * @param tip what a pointer on it shows; {@code null} for nothing
   */
  record Box(
      MarkStyle style, double x, double y, double width, double height, double opacity, String tip)
      implements Mark {
    @Override
    public Mark moved(double dx, double dy) {
      return new Box(style, x + dx, y + dy, width, height, opacity, tip);
    }
  }

  /**
   * A line through points, or what it encloses.
   *
   * @param xy x and y in turn
   */
  record Line(MarkStyle style, double[] xy, boolean closed, String tip) implements Mark {
    @Override
    public Mark moved(double dx, double dy) {
      double[] there = xy.clone();
      for (int i = 0; i < there.length; i += 2) {
        there[i] += dx;
        there[i + 1] += dy;
      }
      return new Line(style, there, closed, tip);
    }
  }

  record Circle(MarkStyle style, double x, double y, double radius, String tip) implements Mark {
    @Override
    public Mark moved(double dx, double dy) {
      return new Circle(style, x + dx, y + dy, radius, tip);
    }
  }

  /**
   * @param anchor which part of the text is at the place
   * @param turned by a quarter to the left
   */
  record Words(
      MarkStyle style, double x, double y, String text, Anchor anchor, boolean bold, boolean turned)
      implements Mark {
    @Override
    public Mark moved(double dx, double dy) {
      return new Words(style, x + dx, y + dy, text, anchor, bold, turned);
    }
  }

  enum Anchor {
    START,
    MIDDLE,
    END
  }
}
