package org.dpsieve.outputlayer;

/** Arrays that grow where more is asked for; what was in them is lost then. */
final class Buffers {
  private Buffers() {}

  static double[] atLeast(double[] buffer, int length) {
    return buffer.length < length ? new double[Math.max(length, 2 * buffer.length)] : buffer;
  }
}
