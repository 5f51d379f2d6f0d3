package org.dpsieve.frame;

import java.nio.ByteBuffer;
import org.dpsieve.digest.Sha256;

/**
 * Names a frame by its content, so that the same frame is never labelled twice and every run agrees
 * on ids: the hex of the first 16 bytes of SHA-256 over, big-endian, the number of atoms (int), the
 * atomic numbers (int each), 1 or 0 for a cell or none (int), the cell if any and the coordinates
 * (IEEE double each, -0.0 taken as 0.0); then, where there are frame or atomic parameters, number
 * (int) and values of the first and of the second: at another electron temperature, say, the same
 * atoms are another frame.
 */
public final class FrameId {
  private FrameId() {}

  public static String of(Frame frame) {
    boolean parameters = frame.fparam() != null || frame.aparam() != null;
    int doubles =
        frame.coord().length
            + (frame.cell() == null ? 0 : 9)
            + length(frame.fparam())
            + length(frame.aparam());
    int ints = frame.z().length + 2 + (parameters ? 2 : 0);
    ByteBuffer bytes = ByteBuffer.allocate(4 * ints + 8 * doubles);
    bytes.putInt(frame.z().length);
    for (int number : frame.z()) {
      bytes.putInt(number);
    }
    bytes.putInt(frame.cell() == null ? 0 : 1);
    if (frame.cell() != null) {
      put(bytes, frame.cell());
    }
    put(bytes, frame.coord());
    if (parameters) {
      putParameters(bytes, frame.fparam());
      putParameters(bytes, frame.aparam());
    }
    return Sha256.hex(bytes.array()).substring(0, 32);
  }

  private static int length(double[] values) {
    return values == null ? 0 : values.length;
  }

  private static void putParameters(ByteBuffer bytes, double[] values) {
    bytes.putInt(length(values));
    if (values != null) {
      put(bytes, values);
    }
  }

  private static void put(ByteBuffer bytes, double[] values) {
    for (double value : values) {
      bytes.putDouble(value == 0 ? 0.0 : value);
    }
  }
}
