package org.dpsieve.io.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import org.dpsieve.error.InputException;

/**
 * The element type of an npy file: {@code <f8}, {@code >i4}, {@code |b1} ...
 *
 * @param kind f (IEEE float), i (signed), u (unsigned) or b (boolean)
 * @param size bytes of one element
 */
public record NumberType(char kind, int size, ByteOrder order) {
  private static final Set<String> READABLE =
      Set.of("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1");

  /** Of a header's {@code descr}; {@code file} is for the message. */
  public static NumberType of(String descr, String file) {
    String type = descr.isEmpty() ? "" : descr.substring(1);
    char order = descr.isEmpty() ? ' ' : descr.charAt(0);
    if ("<>|=".indexOf(order) < 0 || !READABLE.contains(type)) {
      String what =
          type.startsWith("O")
              ? "Python objects ('%s')".formatted(PythonLiteral.beginning(descr))
              : "'" + PythonLiteral.beginning(descr) + "'";
      throw new InputException(
          "%s: holds %s, expected numbers (float16, float32, float64, integers or booleans); save it again with"
                  .formatted(file, what)
              + " numpy.save(file, array.astype('float64'))");
    }
    // '=' is the writer's native order; every machine that writes it today is little-endian
    return new NumberType(
        type.charAt(0),
        type.charAt(1) - '0',
        order == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  /** The next element as double; 64-bit integers beyond 2^53 lose their last bits. */
  public double next(ByteBuffer bytes) {
    if (kind == 'f') {
      return switch (size) {
        case 2 -> half(bytes.getShort());
        case 4 -> bytes.getFloat();
        default -> bytes.getDouble();
      };
    }
    long value =
        switch (size) {
          case 1 -> bytes.get();
          case 2 -> bytes.getShort();
          case 4 -> bytes.getInt();
          default -> bytes.getLong();
        };
    if (kind != 'u') {
      return value;
    }
    return switch (size) {
      case 1 -> value & 0xFF;
      case 2 -> value & 0xFFFF;
      case 4 -> value & 0xFFFFFFFFL;
      default -> value >= 0 ? value : (value >>> 1) * 2.0 + (value & 1);
    };
  }

  /** IEEE 754 binary16: sign, five bits of exponent, ten of the fraction. */
  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    double size =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -24);
          case 0x1F -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb((double) (fraction + 0x400), exponent - 25);
        };
    return bits < 0 ? -size : size;
  }
}
