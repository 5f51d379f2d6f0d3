package org.dpsieve.figure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A chart.
 *
 * @param group what it is of; figures of one group belong side by side
 * @param name of its files; begins with the group's
 * @param title in words
 * @param width pixels
 * @param height pixels
 * @param marks in the order in which they are drawn
 * @param table its numbers
 */
public record Figure(
    String group,
    String name,
    String title,
    int width,
    int height,
    List<Mark> marks,
    FigureTable table) {
  /** Figures of a row. */
  private static final int COLUMNS = 3;

  /**
   * A picture of several, row by row.
   *
   * @param name of its files
   * @param figures at least one; their tables are their own
   */
  public static Figure beside(String name, List<Figure> figures) {
    List<Mark> marks = new ArrayList<>();
    int width = 0;
    int top = 0;
    for (int first = 0; first < figures.size(); first += COLUMNS) {
      int left = 0;
      int height = 0;
      for (Figure figure : figures.subList(first, Math.min(first + COLUMNS, figures.size()))) {
        for (Mark mark : figure.marks()) {
          marks.add(mark.moved(left, top));
        }
        left += figure.width();
        height = Math.max(height, figure.height());
      }
      width = Math.max(width, left);
      top += height;
    }
    String titles = figures.stream().map(Figure::title).collect(Collectors.joining("; "));
    return new Figure(name, name, titles, width, top, marks, new FigureTable());
  }

  @Override
  public String toString() {
    return name;
  }
}
