package org.dpsieve.resident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.text.Counted;

/** The messages of {@code evaluate.py}, whose head says what they look like. */
final class Wire {
  /** The last is the version. */
  static final byte[] MAGIC = {'d', 'p', 's', 'i', 'e', 'v', 'e', 1};

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_HEAD = 1 << 20;

  /** What another program may print before our own begins to speak. */
  private static final int LONGEST_PREFACE = 1 << 16;

  private Wire() {}

  /** An array of a request: numbers, or whole numbers. */
  record Block(String name, int[] shape, ByteBuffer bytes, String type) {
    static Block of(String name, int[] shape) {
      return new Block(name, shape, buffer(8L * count(shape)), "<f8");
    }

    static Block ofIntegers(String name, int[] shape) {
      return new Block(name, shape, buffer(4L * count(shape)), "<i4");
    }

    private static ByteBuffer buffer(long bytes) {
      return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    void add(double[] numbers) {
      bytes.asDoubleBuffer().put(numbers);
      bytes.position(bytes.position() + 8 * numbers.length);
    }

    void add(int[] numbers) {
      bytes.asIntBuffer().put(numbers);
      bytes.position(bytes.position() + 4 * numbers.length);
    }
  }

  /**
   * An answer.
   *
   * @param arrays by name, row-major
   */
  record Answer(JsonNode head, Map<String, double[]> arrays) {}

  static ObjectNode head(String what) {
    return JSON.createObjectNode().put("op", what);
  }

  static void write(OutputStream out, ObjectNode head, List<Block> blocks) throws IOException {
    ArrayNode arrays = head.putArray("arrays");
    for (Block block : blocks) {
      ArrayNode shape = arrays.addArray().add(block.name()).add(block.type()).addArray();
      for (int length : block.shape()) {
        shape.add(length);
      }
    }
    byte[] text = JSON.writeValueAsBytes(head);
    ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length);
    out.write(length.array());
    out.write(text);
    for (Block block : blocks) {
      out.write(block.bytes().array());
    }
    out.flush();
  }

  /** Reads up to the end of {@link #MAGIC}. */
  static void awaitMagic(InputStream in) throws IOException {
    int matched = 0;
    for (int read = 0; matched < MAGIC.length; read++) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      if (next == MAGIC[matched]) {
        matched++;
      } else {
        matched = next == MAGIC[0] ? 1 : 0;
      }
      if (read > LONGEST_PREFACE) {
        throw new IOException("it answers in another language, or in another version of ours");
      }
    }
  }

  /**
   * @param most bytes that there can be
   */
  static Answer read(InputStream in, long most) throws IOException {
    DataInputStream data = new DataInputStream(in);
    int length = Integer.reverseBytes(data.readInt());
    if (length < 0 || length > LONGEST_HEAD) {
      throw new IOException(
          "an answer that makes no sense: its head has %s".formatted(Counted.of(length, "byte")));
    }
    byte[] text = new byte[length];
    data.readFully(text);
    JsonNode head = JSON.readTree(text);
    Map<String, double[]> arrays = new LinkedHashMap<>();
    long left = most;
    for (JsonNode array : head.path("arrays")) {
      long count = 1;
      for (JsonNode side : array.path(2)) {
        count = Math.multiplyExact(count, side.asLong(-1));
      }
      left -= 8 * count;
      if (count < 0 || left < 0) {
        throw new IOException("an answer that makes no sense: %s".formatted(array));
      }
      byte[] bytes = new byte[Math.toIntExact(8 * count)];
      data.readFully(bytes);
      double[] numbers = new double[(int) count];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(numbers);
      arrays.put(array.path(0).asText(), numbers);
    }
    return new Answer(head, arrays);
  }

  private static int count(int[] shape) {
    int count = 1;
    for (int length : shape) {
      count = Math.multiplyExact(count, length);
    }
    return count;
  }
}
