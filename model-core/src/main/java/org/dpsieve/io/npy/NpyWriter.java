package org.dpsieve.io.npy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.dpsieve.io.NumberArray;
import org.dpsieve.io.Storage;
import org.dpsieve.text.Counted;

/** Writes npy files of format version 1.0: little-endian, C order, byte for byte as NumPy does. */
public final class NpyWriter {
  private static final int ALIGNMENT = 64;

  private NpyWriter() {}

  /**
   * Writes float64.
   *
   * @param values row-major; as many as {@code shape} has places
   */
  public static void write(Storage storage, String path, double[] values, long... shape)
      throws IOException {
    requireLength(values.length, shape);
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    write(storage, path, "<f8", bytes, shape);
  }

  /** Writes int32, as {@link #write(Storage, String, double[], long...)}. */
  public static void write(Storage storage, String path, int[] values, long... shape)
      throws IOException {
    requireLength(values.length, shape);
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    write(storage, path, "<i4", bytes, shape);
  }

  private static void requireLength(int length, long[] shape) {
    long places = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (length != places) {
      throw new IllegalArgumentException(
          "%s for shape %s".formatted(Counted.of(length, "value"), NumberArray.shapeText(shape)));
    }
  }

  private static void write(
      Storage storage, String path, String descr, ByteBuffer data, long[] shape)
      throws IOException {
    String dict =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(descr, NumberArray.shapeText(shape));
    int unpadded = 10 + dict.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    String header = dict + " ".repeat(padding) + "\n";
    try (OutputStream out = storage.create(path)) {
      out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
      out.write(header.length() & 0xFF);
      out.write(header.length() >> 8);
      out.write(header.getBytes(StandardCharsets.ISO_8859_1));
      out.write(data.array(), 0, data.capacity());
    }
  }
}
