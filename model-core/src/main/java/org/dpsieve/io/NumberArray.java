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

  /** Numbers {@code first} to {@code first + count - 1} of all, row-major, whatever the axes. */
  default double[] numbers(long first, int count) throws IOException {
    if (count == 0) {
      return new double[0];
    }
    long[] shape = shape();
    long width = shape.length == 0 ? 1 : elements() / shape[0];
    long from = first / width;
    long to = (first + count - 1) / width;
    double[] rows = rows(from, Math.toIntExact(to - from + 1));
    int skip = Math.toIntExact(first - from * width);
    return rows.length == count ? rows : Arrays.copyOfRange(rows, skip, skip + count);
  }

  /**
   * Checks that this array has {@code width} numbers for each frame. How they are spread over its
   * axes does not matter: DeePMD-kit ({@code utils/data.py: _load_data}) reshapes what it reads.
   *
   * @throws InputException naming file, shape found and shape expected
   */
  default void requireShape(long frames, long width, String why) {
    long[] shape = shape();
    if (elements() != frames * width) {
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
