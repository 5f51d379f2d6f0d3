package org.dpsieve.io.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/**
 * What an npy file says before its data. Versions 1, 2 and 3 of the format (NumPy,
 * numpy/lib/_format_impl.py): magic, version, header length of 2 or 4 bytes, a Python dict.
 *
 * @param fortranOrder whether the first axis varies fastest in the file
 * @param dataOffset position of the first element, bytes
 */
record NpyHeader(NumberType type, boolean fortranOrder, long[] shape, long dataOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST = 1 << 20;

  static NpyHeader read(SeekableByteChannel channel, String file) throws IOException {
    byte[] start = bytes(channel, 8, file, "its first 8 bytes");
    if (!Arrays.equals(MAGIC, Arrays.copyOf(start, 6))) {
      throw new InputException(
          "%s: starts with bytes %s, expected %s: not a NumPy .npy file"
              .formatted(
                  file,
                  HexFormat.ofDelimiter(" ").formatHex(start, 0, 6),
                  HexFormat.ofDelimiter(" ").formatHex(MAGIC)));
    }
    int version = start[6];
    if (version < 1 || version > 3) {
      throw new InputException(
          "%s: npy format version %d.%d, readable: 1.0, 2.0, 3.0"
              .formatted(file, version, start[7]));
    }
    int lengthBytes = version == 1 ? 2 : 4;
    ByteBuffer length =
        ByteBuffer.wrap(bytes(channel, lengthBytes, file, "the length of its header"))
            .order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = version == 1 ? length.getShort() & 0xFFFF : length.getInt();
    if (headerLength < 0 || headerLength > LONGEST) {
      throw new InputException(
          "%s: header of %s, expected at most %d: the file is damaged"
              .formatted(file, Counted.of(headerLength & 0xFFFFFFFFL, "byte"), LONGEST));
    }
    String text =
        new String(
            bytes(channel, headerLength, file, "its header"),
            version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    return of(PythonLiteral.parse(text, file), file, 8L + lengthBytes + headerLength);
  }

  private static NpyHeader of(Object header, String file, long dataOffset) {
    if (!(header instanceof Map<?, ?> fields)
        || !(fields.get("fortran_order") instanceof Boolean fortranOrder)
        || !(fields.get("shape") instanceof List<?> axes)
        || !axes.stream().allMatch(axis -> axis instanceof Long length && length >= 0)) {
      throw new InputException(
          "%s: header %s, expected a dict of descr, fortran_order and shape: the file is damaged"
              .formatted(file, PythonLiteral.beginning(String.valueOf(header))));
    }
    if (!(fields.get("descr") instanceof String descr)) {
      throw new InputException(
          "%s: holds records %s, expected plain numbers"
              .formatted(file, PythonLiteral.beginning(String.valueOf(fields.get("descr")))));
    }
    long[] shape = axes.stream().mapToLong(axis -> (Long) axis).toArray();
    return new NpyHeader(NumberType.of(descr, file), fortranOrder, shape, dataOffset);
  }

  private static byte[] bytes(SeekableByteChannel channel, int count, String file, String what)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new InputException(
            "%s: ends inside %s (%,d of %s): the file is truncated"
                .formatted(file, what, buffer.position(), Counted.of(count, "byte")));
      }
    }
    return buffer.array();
  }
}
