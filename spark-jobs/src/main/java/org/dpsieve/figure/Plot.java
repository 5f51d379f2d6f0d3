package org.dpsieve.figure;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.figure.Mark.Anchor;

/**
 * Draws a figure with two axes. Title, notes and axes come first, then marks in the units of the
 * axes, last {@link #figure}. Room for numbers and names is made as their lengths ask.
 */
public final class Plot {
  private static final int WIDTH = 400;
  private static final int AREA_HEIGHT = 215;
  private static final int LINE_HEIGHT = 16;
  private static final int GAP = 6;
  private static final double MOST_NAME = 150;

  private final String group;
  private final String name;
  private final String title;
  private final List<String> notes = new ArrayList<>();
  private final List<Mark> marks = new ArrayList<>();
  private final List<Entry> legend = new ArrayList<>();

  private String xLabel;
  private String yLabel;
  private Scale xScale;
  private Scale yScale;
  private List<String> rows;
  private double areaHeight = AREA_HEIGHT;
  private boolean square;
  private double left;
  private double right;
  private double top;
  private double bottom;
  private boolean begun;

  private record Entry(Mark sample, String text) {}

  /**
   * @param group begins the figure's name
   * @param part what follows it in the name; empty where the group has one figure
   */
  public Plot(String group, String part, String title) {
    this.group = group;
    this.name = part.isEmpty() ? group : group + "-" + part;
    this.title = title;
  }

  /** A line under the title; broken where it is long. */
  public Plot note(String text) {
    notes.addAll(TextWidth.lines(text, WIDTH - 2.0 * GAP));
    return this;
  }

  public Plot x(String label, Scale scale) {
    xLabel = label;
    xScale = scale;
    return this;
  }

  public Plot y(String label, Scale scale) {
    yLabel = label;
    yScale = scale;
    return this;
  }

  /** Names from above instead of a vertical axis; the {@code i}-th is at {@code i}. */
  public Plot rows(String label, List<String> names) {
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      ticks.add((double) i);
    }
    rows = names.stream().map(row -> TextWidth.cut(row, MOST_NAME)).toList();
    areaHeight = 17.0 * names.size() + 8;
    return y(label, new Scale(-0.6, names.size() - 0.4, false, ticks));
  }

  /** Axes of equal length. */
  public Plot square() {
    square = true;
    return this;
  }

  private void begin() {
    if (begun) {
      return;
    }
    begun = true;
    double widest = 0;
    for (int i = 0; i < yScale.ticks().size(); i++) {
      widest = Math.max(widest, TextWidth.of(yText(i)));
    }
    left = GAP + LINE_HEIGHT + widest + 2.0 * GAP;
    right = WIDTH - 2.0 * GAP;
    for (double tick : xScale.ticks()) { // the last number must not be cut
      double beyond = TextWidth.of(Scale.text(tick)) / 2 - (1 - xScale.part(tick)) * (right - left);
      right = Math.min(right, WIDTH - GAP - Math.max(0, beyond));
    }
    top = LINE_HEIGHT * (1 + notes.size()) + 2.0 * GAP;
    bottom = top + (square ? right - left : areaHeight);
    marks.add(words(MarkStyle.TEXT, GAP, LINE_HEIGHT, TextWidth.cut(title, WIDTH / 1.1), true));
    for (int i = 0; i < notes.size(); i++) {
      marks.add(words(MarkStyle.SOFT, GAP, LINE_HEIGHT * (i + 2.0), notes.get(i), false));
    }
    axes();
  }

  private static Mark words(MarkStyle style, double x, double y, String text, boolean bold) {
    return new Mark.Words(style, x, y, text, Anchor.START, bold, false);
  }

  private String yText(int tick) {
    return rows != null ? rows.get(tick) : Scale.text(yScale.ticks().get(tick));
  }

  private void axes() {
    for (double tick : xScale.ticks()) {
      straight(MarkStyle.GRID, px(tick), top, px(tick), bottom);
    }
    for (double tick : rows != null ? List.<Double>of() : yScale.ticks()) {
      straight(MarkStyle.GRID, left, py(tick), right, py(tick));
    }
    straight(MarkStyle.AXIS, left, bottom, right, bottom);
    straight(MarkStyle.AXIS, left, top, left, bottom);
    double free = Double.NEGATIVE_INFINITY;
    for (double tick : xScale.ticks()) {
      String text = Scale.text(tick);
      double half = TextWidth.of(text) / 2;
      if (px(tick) - half > free) { // numbers that would touch are left out
        centred(px(tick), bottom + LINE_HEIGHT, text, MarkStyle.TEXT);
        straight(MarkStyle.AXIS, px(tick), bottom, px(tick), bottom + 4);
        free = px(tick) + half + GAP;
      }
    }
    for (int i = 0; i < yScale.ticks().size(); i++) {
      double y = py(yScale.ticks().get(i));
      marks.add(
          new Mark.Words(MarkStyle.TEXT, left - GAP, y + 4, yText(i), Anchor.END, false, false));
    }
    centred((left + right) / 2, bottom + 2.2 * LINE_HEIGHT, xLabel, MarkStyle.SOFT);
    marks.add(
        new Mark.Words(
            MarkStyle.SOFT,
            LINE_HEIGHT,
            (top + bottom) / 2,
            TextWidth.cut(yLabel, bottom - top + LINE_HEIGHT),
            Anchor.MIDDLE,
            false,
            true));
  }

  private void centred(double x, double y, String text, MarkStyle style) {
    marks.add(new Mark.Words(style, x, y, text, Anchor.MIDDLE, false, false));
  }

  private void straight(MarkStyle style, double x1, double y1, double x2, double y2) {
    marks.add(new Mark.Line(style, new double[] {x1, y1, x2, y2}, false, null));
  }

  private double px(double value) {
    return left + xScale.part(value) * (right - left);
  }

  private double py(double value) {
    return rows != null
        ? top + yScale.part(value) * (bottom - top)
        : bottom - yScale.part(value) * (bottom - top);
  }

  /** A box between four values; {@code opacity} between 0 and 1. */
  public Plot box(
      MarkStyle style, double x1, double x2, double y1, double y2, double opacity, String tip) {
    begin();
    double x = Math.min(px(x1), px(x2));
    double y = Math.min(py(y1), py(y2));
    double width = Math.abs(px(x2) - px(x1));
    double height = Math.abs(py(y2) - py(y1));
    marks.add(new Mark.Box(style, x, y, width, height, opacity, tip));
    return this;
  }

  public Plot point(MarkStyle style, Symbol symbol, double x, double y, String tip) {
    begin();
    marks.add(symbol.at(style, px(x), py(y), tip));
    return this;
  }

  /**
   * @param radius pixels
   */
  public Plot circle(MarkStyle style, double radius, double x, double y, String tip) {
    begin();
    marks.add(new Mark.Circle(style, px(x), py(y), radius, tip));
    return this;
  }

  /** Through points, in their order; nothing where there is one alone. */
  public Plot line(MarkStyle style, List<double[]> points) {
    begin();
    if (points.size() > 1) {
      double[] xy = new double[2 * points.size()];
      for (int i = 0; i < points.size(); i++) {
        xy[2 * i] = px(points.get(i)[0]);
        xy[2 * i + 1] = py(points.get(i)[1]);
      }
      marks.add(new Mark.Line(style, xy, false, null));
    }
    return this;
  }

  /**
   * From {@code y1} to {@code y2} with a bar at either end; what leaves the axis ends at its edge.
   */
  public Plot interval(MarkStyle style, double x, double y1, double y2) {
    begin();
    double from = py(Math.max(yScale.low(), Math.min(y1, y2)));
    double to = py(Math.min(yScale.high(), Math.max(y1, y2)));
    double at = px(x);
    double[] xy = {
      at - 4, from, at + 4, from, at, from, at, to, at - 4, to, at + 4, to, at, to, at, from
    };
    marks.add(new Mark.Line(style, xy, true, null));
    return this;
  }

  /** Where both axes have the same number. */
  public Plot equal() {
    double low = Math.max(xScale.low(), yScale.low());
    double high = Math.min(xScale.high(), yScale.high());
    return high > low
        ? line(MarkStyle.EQUAL, List.of(new double[] {low, low}, new double[] {high, high}))
        : this;
  }

  /** A vertical line with its name beside it; only an arrow at the edge where it is beyond it. */
  public Plot level(double x, String text, int row) {
    begin();
    double y = top + 12 + LINE_HEIGHT * row;
    if (xScale.has(x)) {
      straight(MarkStyle.LEVEL, px(x), top, px(x), bottom);
      boolean after = px(x) + GAP + TextWidth.of(text) < right;
      marks.add(
          new Mark.Words(
              MarkStyle.TEXT,
              after ? px(x) + 4 : px(x) - 4,
              y,
              text,
              after ? Anchor.START : Anchor.END,
              false,
              false));
    } else if (x > xScale.high()) {
      marks.add(
          new Mark.Words(MarkStyle.SOFT, right - 2, y, text + " →", Anchor.END, false, false));
    } else {
      marks.add(words(MarkStyle.SOFT, left + 4, y, "← " + text, false));
    }
    return this;
  }

  /** Text beside a place of the area. */
  public Plot beside(double x, double y, String text) {
    begin();
    marks.add(words(MarkStyle.TEXT, px(x) + GAP, py(y) + 4, text, false));
    return this;
  }

  /** What a symbol stands for. */
  public Plot legend(MarkStyle style, Symbol symbol, String text) {
    legend.add(new Entry(symbol.at(style, 0, 0, null), text));
    return this;
  }

  /** What a kind of dot stands for. */
  public Plot legend(MarkStyle style, double radius, String text) {
    legend.add(new Entry(new Mark.Circle(style, 0, 0, radius, null), text));
    return this;
  }

  /** What a kind of box stands for. */
  public Plot legendBox(MarkStyle style, String text) {
    legend.add(new Entry(new Mark.Box(style, -8, -5, 16, 10, 1, null), text));
    return this;
  }

  /** What a kind of line stands for. */
  public Plot legendLine(MarkStyle style, String text) {
    legend.add(new Entry(new Mark.Line(style, new double[] {-10, 0, 10, 0}, false, null), text));
    return this;
  }

  /** The figure with its numbers. */
  public Figure figure(FigureTable table) {
    begin();
    double x = GAP;
    double y = bottom + 2.2 * LINE_HEIGHT + (legend.isEmpty() ? 0 : LINE_HEIGHT + 2);
    for (Entry entry : legend) {
      String text = TextWidth.cut(entry.text(), WIDTH - 40.0);
      double width = 28 + TextWidth.of(text) + GAP;
      if (x > GAP && x + width > WIDTH) {
        x = GAP;
        y += LINE_HEIGHT;
      }
      marks.add(entry.sample().moved(x + 12, y - 4));
      marks.add(words(MarkStyle.TEXT, x + 28, y, text, false));
      x += width + GAP;
    }
    return new Figure(
        group, name, title, WIDTH, (int) Math.ceil(y + 1.5 * GAP), List.copyOf(marks), table);
  }
}
