package org.dpsieve.model.format;

import java.util.Arrays;

/**
 * An array of numbers of a model's file.
 *
 * @param key where the file holds it, alone and from its first number on; {@code null} when it
 *     shares its place
 * @param single whether in single precision
 * @param values row-major
 */
record StoredTensor(String key, boolean single, int[] shape, double[] values) {
  /** Numbers one may ask for: more than any model has, and less than fills the memory. */
  static final long LIMIT = 1 << 25;

  String shapeText() {
    return Arrays.toString(shape);
  }
}
