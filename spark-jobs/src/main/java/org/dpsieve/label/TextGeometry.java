package org.dpsieve.label;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;

/** A frame's cell and atoms as lines of a program's input, Å. */
public final class TextGeometry {
  private final Frame frame;
  private final int[] order;

  private TextGeometry(Frame frame, int[] order) {
    this.frame = frame;
    this.order = order;
  }

  /** In the frame's own order. */
  public static TextGeometry of(Frame frame) {
    return new TextGeometry(frame, IntStream.range(0, frame.atomCount()).toArray());
  }

  /** In {@link AtomOrder}. */
  public static TextGeometry of(Frame frame, List<String> typeMap) {
    return new TextGeometry(frame, AtomOrder.of(frame, typeMap));
  }

  /**
   * Lattice vector {@code i} from 0, {@code "4.12 0.0 0.0"}. Programs refuse left-handed cells: of
   * those all three vectors are written reversed, which is the same lattice.
   */
  public String vector(int i) {
    double sign = CellVolume.signed(frame.cell()) < 0 ? -1 : 1;
    double[] cell = frame.cell();
    return row(sign * cell[3 * i], sign * cell[3 * i + 1], sign * cell[3 * i + 2]);
  }

  /** The three lattice vectors, a line each. */
  public String cellRows() {
    return "%s\n%s\n%s\n".formatted(vector(0), vector(1), vector(2));
  }

  /** Atom {@code k} of the file: {@code "0.02 0.0 1.5"}. */
  public String position(int k) {
    double[] x = frame.coord();
    int at = 3 * order[k];
    return row(x[at], x[at + 1], x[at + 2]);
  }

  /** The element of atom {@code k} of the file, or the label of a kind of it: {@code Fe1}. */
  public String element(int k) {
    return frame.type(order[k]);
  }

  public int atomCount() {
    return order.length;
  }

  /** The atoms, {@code "Ag 0.02 0.0 1.5"}, a line each. */
  public String atomRows() {
    StringBuilder text = new StringBuilder();
    for (int k = 0; k < order.length; k++) {
      text.append(element(k)).append(' ').append(position(k)).append('\n');
    }
    return text.toString();
  }

  /** A fixed point and ten decimals: what every program reads, and more than a label depends on. */
  private static String row(double x, double y, double z) {
    return String.format(Locale.ROOT, "%.10f %.10f %.10f", x, y, z);
  }

  /** Content of an input file. */
  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
