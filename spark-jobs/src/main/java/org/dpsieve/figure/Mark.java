package org.dpsieve.figure;

/** What is drawn; pixels from the upper left corner. */
sealed interface Mark {
  MarkStyle style();

  /**
   * @param opacity between 0 and 1
   * @param tip what a pointer on it shows; {@code null} for nothing
   */
  record Box(
      MarkStyle style, double x, double y, double width, double height, double opacity, String tip)
      implements Mark {}

  /**
   * A line through points, or what it encloses.
   *
   * @param xy x and y in turn
   */
  record Line(MarkStyle style, double[] xy, boolean closed, String tip) implements Mark {}

  record Circle(MarkStyle style, double x, double y, double radius, String tip) implements Mark {}

  /**
   * @param anchor which part of the text is at the place
   * @param turned by a quarter to the left
   */
  record Words(
      MarkStyle style, double x, double y, String text, Anchor anchor, boolean bold, boolean turned)
      implements Mark {}

  enum Anchor {
    START,
    MIDDLE,
    END
  }
}
