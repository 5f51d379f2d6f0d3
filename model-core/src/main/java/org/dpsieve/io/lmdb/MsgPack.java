package org.dpsieve.io.lmdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;

/**
 * MessagePack's own types: null, truth values, {@link Long}, {@link Double}, text, {@code byte[]},
 * lists and maps by text. Nothing else is made of it; extensions are refused.
 */
final class MsgPack {
  private static final int DEEPEST = 32;

  private final ByteBuffer bytes;

  private MsgPack(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /**
   * The map that some bytes are.
   *
   * @throws InputException when they are none
   */
  static Map<String, Object> map(byte[] bytes) {
    MsgPack reader = new MsgPack(bytes);
    try {
      Object value = reader.value(0);
      if (value instanceof Map<?, ?> map && !reader.bytes.hasRemaining()) {
        @SuppressWarnings("unchecked") // made below
        Map<String, Object> found = (Map<String, Object>) map;
        return found;
      }
    } catch (java.nio.BufferUnderflowException e) {
      throw new InputException("is cut off, or no MessagePack", e);
    }
    throw new InputException("is no map of MessagePack");
  }

  private Object value(int depth) {
    if (depth > DEEPEST) {
      throw new InputException("is nested too deeply");
    }
    int type = bytes.get() & 0xFF;
    if (type <= 0x7F) {
      return (long) type;
    } else if (type >= 0xE0) {
      return (long) (byte) type;
    } else if (type <= 0x8F) {
      return map(type & 0x0F, depth);
    } else if (type <= 0x9F) {
      return list(type & 0x0F, depth);
    } else if (type <= 0xBF) {
      return text(type & 0x1F);
    }
    return switch (type) {
      case 0xC0 -> null;
      case 0xC2 -> false;
      case 0xC3 -> true;
      case 0xC4 -> binary(bytes.get() & 0xFF);
      case 0xC5 -> binary(bytes.getShort() & 0xFFFF);
      case 0xC6 -> binary(bytes.getInt());
      case 0xCA -> (double) bytes.getFloat();
      case 0xCB -> bytes.getDouble();
      case 0xCC -> (long) (bytes.get() & 0xFF);
      case 0xCD -> (long) (bytes.getShort() & 0xFFFF);
      case 0xCE -> bytes.getInt() & 0xFFFFFFFFL;
      case 0xCF, 0xD3 -> bytes.getLong();
      case 0xD0 -> (long) bytes.get();
      case 0xD1 -> (long) bytes.getShort();
      case 0xD2 -> (long) bytes.getInt();
      case 0xD9 -> text(bytes.get() & 0xFF);
      case 0xDA -> text(bytes.getShort() & 0xFFFF);
      case 0xDB -> text(bytes.getInt());
      case 0xDC -> list(bytes.getShort() & 0xFFFF, depth);
      case 0xDD -> list(bytes.getInt(), depth);
      case 0xDE -> map(bytes.getShort() & 0xFFFF, depth);
      case 0xDF -> map(bytes.getInt(), depth);
      default -> throw new InputException("holds a value of type 0x%02x".formatted(type));
    };
  }

  /** A length is no more than what is left, so that none is believed before it is there. */
  private int within(int length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new InputException("is cut off, or no MessagePack");
    }
    return length;
  }

  private byte[] binary(int length) {
    byte[] value = new byte[within(length)];
    bytes.get(value);
    return value;
  }

  private String text(int length) {
    return new String(binary(length), StandardCharsets.UTF_8);
  }

  private List<Object> list(int length, int depth) {
    List<Object> values = new ArrayList<>(within(length));
    for (int i = 0; i < length; i++) {
      values.add(value(depth + 1));
    }
    return values;
  }

  private Map<String, Object> map(int length, int depth) {
    within(length);
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < length; i++) {
      Object key = value(depth + 1);
      values.put(
          key instanceof byte[] name
              ? new String(name, StandardCharsets.UTF_8)
              : String.valueOf(key),
          value(depth + 1));
    }
    return values;
  }
}
