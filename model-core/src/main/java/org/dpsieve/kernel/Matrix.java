package org.dpsieve.kernel;

/**
 * A row-major matrix somewhere in an array: element (i, j) is {@code values[from + i * pitch + j]}.
 *
 * @param pitch from one row to the next
 */
public record Matrix(double[] values, int from, int pitch) {
  /** One that begins with the array and has no gaps between its rows. */
  public Matrix(double[] values, int columns) {
    this(values, 0, columns);
  }
}
