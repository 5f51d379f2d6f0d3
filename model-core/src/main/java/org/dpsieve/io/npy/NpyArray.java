package org.dpsieve.io.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import org.dpsieve.error.InputException;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.NumberArray;
import org.dpsieve.io.Storage;
import org.dpsieve.text.Counted;

/**
 * An array of numbers in a NumPy {@code .npy} file. Only the rows asked for are read, so that a
 * file may be larger than memory. Float32 widens to double exactly.
 */
public final class NpyArray implements NumberArray {
  private final Storage storage;
  private final String path;
  private final NpyHeader header;

  private NpyArray(Storage storage, String path, NpyHeader header) {
    this.storage = storage;
    this.path = path;
    this.header = header;
  }

  /**
   * Reads the header and checks the file's length against it.
   *
   * @throws InputException when the file is no npy file, is truncated, or holds anything but
   *     numbers
   */
  public static NpyArray open(Storage storage, String path) throws IOException {
    try (SeekableByteChannel channel = storage.open(path)) {
      NpyHeader header = NpyHeader.read(channel, path);
      NpyArray array = new NpyArray(storage, path, header);
      long expected = header.dataOffset() + array.elements() * header.type().size();
      if (channel.size() < expected) {
        throw new InputException(
            "%s: %s, expected %d for shape %s: the file is truncated"
                .formatted(
                    path,
                    Counted.of(channel.size(), "byte"),
                    expected,
                    NumberArray.shapeText(header.shape())));
      }
      return array;
    } catch (ArithmeticException e) {
      throw new InputException(path + ": shape too large: the file is damaged", e);
    }
  }

  /** Opens a file wherever it is. */
  public static NpyArray open(Path path) throws IOException {
    return open(LocalStorage.of(path), path.toString());
  }

  @Override
  public String name() {
    return path;
  }

  @Override
  public long[] shape() {
    return header.shape().clone();
  }

  /** The whole array, row-major. */
  public double[] read() throws IOException {
    long[] shape = header.shape();
    return shape.length == 0
        ? rows(0, 1)
        : rows(0, Math.toIntExact(shape[0])); // toIntExact: a Java array holds no more
  }

  @Override
  public double[] rows(long first, int count) throws IOException {
    long[] shape = header.shape();
    long rowCount = shape.length == 0 ? 1 : shape[0];
    if (first < 0 || count < 0 || first + count > rowCount) {
      throw new IndexOutOfBoundsException(
          "%s: rows %d to %d of %d".formatted(path, first, first + count, rowCount));
    }
    int width = Math.toIntExact(rowCount == 0 ? 0 : elements() / rowCount);
    double[] values = new double[Math.multiplyExact(width, count)];
    try (SeekableByteChannel channel = storage.open(path)) {
      if (!header.fortranOrder() || shape.length < 2) {
        fill(channel, first * width, values, 0, 1, values.length);
      } else {
        for (int column = 0; column < width; column++) {
          long start = fortranColumn(column) * rowCount + first;
          fill(channel, start, values, column, width, count);
        }
      }
    }
    return values;
  }

  /**
   * The place among the columns in the file, where the second axis varies fastest, of a column
   * counted with the last axis fastest.
   */
  private long fortranColumn(int column) {
    long[] shape = header.shape();
    long[] index = new long[shape.length];
    long rest = column;
    for (int axis = shape.length - 1; axis >= 1; axis--) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    long place = 0;
    for (int axis = shape.length - 1; axis >= 1; axis--) {
      place = place * shape[axis] + index[axis];
    }
    return place;
  }

  /** Reads {@code count} elements from the {@code start}-th on into every stride-th place. */
  private void fill(
      SeekableByteChannel channel, long start, double[] values, int offset, int stride, int count)
      throws IOException {
    NumberType type = header.type();
    channel.position(header.dataOffset() + start * type.size());
    ByteBuffer buffer = ByteBuffer.allocate(type.size() * Math.min(Math.max(count, 1), 1 << 16));
    buffer.order(type.order());
    int done = 0;
    while (done < count) {
      buffer.clear().limit(type.size() * Math.min(count - done, 1 << 16));
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new InputException(path + ": the file became shorter while it was read");
        }
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        values[offset + stride * done++] = type.next(buffer);
      }
    }
  }
}
