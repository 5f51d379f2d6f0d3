package org.dpsieve.io;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;

/** An array of numbers in some file, read by runs of its first axis and widened to double. */
public interface NumberArray {
  /** The file (and what inside it): how messages name the array. */
  String name();

  /** Lengths of the axes, slowest in memory first whatever the order in the file. */
  long[] shape();

  /**
   * Rows {@code first} to {@code first + count - 1}: of an array of shape [n, a, b] its [count, a,
   * b], row-major.
   */
  double[] rows(long first, int count) throws IOException;

  /**
   * Checks that this array has one row of {@code width} numbers for each frame; of a single frame
   * the first axis may be left out, and {@code width} may be spread over several axes.
   *
   * @throws InputException naming file, shape found and shape expected
   */
  default void requireShape(long frames, long width, String why) {
    long[] shape = shape();
    boolean perFrame = shape.length > 0 && shape[0] == frames && elements() == frames * width;
    boolean oneFrame = frames == 1 && shape.length == 1 && elements() == width;
    if (!perFrame && !oneFrame) {
      throw new InputException(
          "%s: shape %s, expected (%d, %d): %s"
              .formatted(name(), shapeText(shape), frames, width, why));
    }
  }

  default long elements() {
    return Arrays.stream(shape()).reduce(1, Math::multiplyExact);
  }

  /** As Python prints a shape: {@code (100, 24)}. */
  static String shapeText(long[] shape) {
    String axes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return shape.length == 1 ? "(" + axes + ",)" : "(" + axes + ")";
  }
}
