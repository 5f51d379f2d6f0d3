package org.dpsieve.kernel;

/** exp of many numbers. Without state; a number's bits do not depend on the others. */
interface Exponential {
  /** By Java's own. */
  Exponential LOOPS =
      (x, from, count) -> {
        for (int k = from; k < from + count; k++) {
          x[k] = Math.exp(x[k]);
        }
      };

  /** In the place of {@code x[from..from + count - 1]}; from e^700 on, and below e^-700, that. */
  void apply(double[] x, int from, int count);
}
