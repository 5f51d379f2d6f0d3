package org.dpsieve.figure;

import java.util.List;

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
  @Override
  public String toString() {
    return name;
  }
}
