package org.dpsieve.figure;

/** The room that a mark takes, text as wide as it may be. */
public record Bounds(double left, double top, double right, double bottom) {
  static Bounds of(Mark mark) {
    if (mark instanceof Mark.Box box) {
      return new Bounds(box.x(), box.y(), box.x() + box.width(), box.y() + box.height());
    }
    if (mark instanceof Mark.Circle c) {
      double r = c.radius();
      return new Bounds(c.x() - r, c.y() - r, c.x() + r, c.y() + r);
    }
    if (mark instanceof Mark.Words words) {
      double width = TextWidth.of(words.text());
      double before =
          switch (words.anchor()) {
            case START -> 0;
            case MIDDLE -> width / 2;
            case END -> width;
          };
      return words.turned()
          ? new Bounds(
              words.x() - 10, words.y() - width + before, words.x() + 2, words.y() + before)
          : new Bounds(
              words.x() - before, words.y() - 10, words.x() - before + width, words.y() + 2);
    }
    Bounds all = null;
    double[] xy = ((Mark.Line) mark).xy();
    for (int i = 0; i < xy.length; i += 2) {
      all =
          all == null
              ? new Bounds(xy[i], xy[i + 1], xy[i], xy[i + 1])
              : new Bounds(
                  Math.min(all.left, xy[i]),
                  Math.min(all.top, xy[i + 1]),
                  Math.max(all.right, xy[i]),
                  Math.max(all.bottom, xy[i + 1]));
    }
    return all;
  }

  boolean isWithin(Figure figure) {
    // NaN is within nothing
    return left >= 0 && top >= 0 && right <= figure.width() && bottom <= figure.height();
  }

  /** Whether every mark of a figure is inside it. */
  public static boolean hold(Figure figure) {
    return figure.marks().stream().allMatch(mark -> of(mark).isWithin(figure));
  }
}
