package org.dpsieve.model.format;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.text.Counted;

/**
 * Python's pickle machine ({@code Lib/pickletools.py}), as far as PyTorch's archives need it. It
 * builds dictionaries, lists, text, numbers and tensors, and nothing else: a TorchScript module
 * becomes the dictionary of its attributes, every other name of Python is refused, nothing is ever
 * called.
 */
final class Unpickler {
  private static final int MAX_OBJECTS = 10_000_000;
  private static final Set<String> FUNCTIONS =
      Set.of(
          "collections OrderedDict",
          "torch._utils _rebuild_tensor_v2",
          "torch._utils _rebuild_parameter",
          "torch.jit._pickle build_intlist",
          "torch.jit._pickle build_doublelist",
          "torch.jit._pickle build_boollist",
          "torch.jit._pickle build_tensorlist",
          "torch.jit._pickle restore_type_tag");

  private record Name(String full) {}

  private record Storage(String type, String record) {}

  private final String file;
  private final String folder;
  private final Map<String, byte[]> records;
  private final ByteBuffer in;
  private final Deque<Object> marks = new ArrayDeque<>();
  private List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private int objects;
  private long numbers;

  Unpickler(String file, String folder, Map<String, byte[]> records, byte[] pickle) {
    this.file = file;
    this.folder = folder;
    this.records = records;
    this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
  }

  Object load() {
    try {
      while (true) {
        int code = in.get() & 0xff;
        if (code == '.') {
          return pop();
        }
        step(code);
      }
    } catch (BufferUnderflowException | IndexOutOfBoundsException | ClassCastException e) {
      throw damaged(e.toString());
    }
  }

  private void step(int code) {
    switch (code) {
      case 0x80 -> in.get(); // PROTO
      case 0x95 -> in.getLong(); // FRAME
      case '(' -> {
        marks.push(stack);
        stack = new ArrayList<>();
      }
      case '}' -> push(new LinkedHashMap<Object, Object>());
      case ']' -> push(new ArrayList<>());
      case ')' -> push(List.of());
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> push((long) (in.get() & 0xff));
      case 'M' -> push((long) (in.getShort() & 0xffff));
      case 'J' -> push((long) in.getInt());
      case 0x8a -> push(longNumber());
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X' -> push(text(in.getInt()));
      case 0x8c -> push(text(in.get() & 0xff));
      case 'B' -> push(text(in.getInt()));
      case 'C' -> push(text(in.get() & 0xff));
      case 'c' -> push(name(line() + " " + line()));
      case 0x93 -> {
        Object last = pop();
        push(name(pop() + " " + last));
      }
      case 'q' -> memo.put(in.get() & 0xff, peek());
      case 'r' -> memo.put(in.getInt(), peek());
      case 0x94 -> memo.put(memo.size(), peek());
      case 'h' -> push(remembered(in.get() & 0xff));
      case 'j' -> push(remembered(in.getInt()));
      case 't' -> push(popMark());
      case 'l' -> push(popMark());
      case 0x85 -> push(popList(1));
      case 0x86 -> push(popList(2));
      case 0x87 -> push(popList(3));
      case 'a' -> {
        Object value = pop();
        list(peek()).add(value);
      }
      case 'e' -> {
        List<Object> values = popMark();
        list(peek()).addAll(values);
      }
      case 's' -> {
        Object value = pop();
        Object key = pop();
        map(peek()).put(key(key), value);
      }
      case 'u' -> {
        List<Object> pairs = popMark();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
          map(peek()).put(key(pairs.get(i)), pairs.get(i + 1));
        }
      }
      case 'Q' -> push(storage(pop()));
      case 0x81 -> {
        pop();
        pop();
        push(new LinkedHashMap<Object, Object>());
      }
      case 'b' -> {
        if (pop() instanceof Map<?, ?> state) {
          state.forEach((key, value) -> map(peek()).put(key(key), value));
        }
      }
      case 'R' -> {
        List<?> arguments = as(List.class, pop());
        push(reduce(as(Name.class, pop()), arguments));
      }
      case '0' -> pop();
      default -> throw damaged("operation 0x%02x".formatted(code));
    }
  }

  private Object reduce(Name function, List<?> arguments) {
    return switch (function.full()) {
      case "collections OrderedDict" -> new LinkedHashMap<Object, Object>();
      case "torch._utils _rebuild_tensor_v2" -> tensor(arguments);
      default -> arguments.get(0);
    };
  }

  private StoredTensor tensor(List<?> arguments) {
    Storage storage = as(Storage.class, arguments.get(0));
    long offset = as(Number.class, arguments.get(1)).longValue();
    int[] shape = counts(as(List.class, arguments.get(2)));
    int[] stride = counts(as(List.class, arguments.get(3)));
    byte[] content = records.get(storage.record());
    if (content == null || shape.length != stride.length) {
      throw damaged("no record " + storage.record());
    }
    int width =
        switch (storage.type()) {
          case "torch DoubleStorage", "torch LongStorage" -> 8;
          case "torch FloatStorage", "torch IntStorage" -> 4;
          case "torch BoolStorage", "torch ByteStorage" -> 1;
          default ->
              throw new UnsupportedModelException(
                  "%s: numbers of %s cannot be read, expected double or float"
                      .formatted(file, storage.type()));
        };
    long size = 1;
    long last = offset;
    boolean contiguous = true;
    for (int d = shape.length - 1; d >= 0; d--) {
      contiguous &= shape[d] == 1 || stride[d] == size;
      size *= shape[d];
      last += Math.max(0, shape[d] - 1) * (long) stride[d];
      if (size > StoredTensor.LIMIT) {
        throw damaged("a tensor of more than 2^25 numbers");
      }
    }
    numbers += size;
    if (offset < 0
        || (size > 0 && (last + 1) * width > content.length)
        || numbers > 4 * StoredTensor.LIMIT) {
      throw damaged("a tensor beyond its record " + storage.record());
    }
    double[] values = new double[(int) size];
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int[] index = new int[shape.length];
    for (int i = 0; i < values.length; i++) {
      long at = offset;
      for (int d = 0; d < shape.length; d++) {
        at += (long) index[d] * stride[d];
      }
      values[i] = number(bytes, storage.type(), (int) at * width);
      for (int d = shape.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
        index[d] = 0;
      }
    }
    boolean alone = contiguous && offset == 0 && size * width == content.length;
    return new StoredTensor(
        alone ? storage.record() : null,
        storage.type().equals("torch FloatStorage"),
        shape,
        values);
  }

  private static double number(ByteBuffer bytes, String type, int at) {
    return switch (type) {
      case "torch DoubleStorage" -> bytes.getDouble(at);
      case "torch FloatStorage" -> bytes.getFloat(at);
      case "torch LongStorage" -> bytes.getLong(at);
      case "torch IntStorage" -> bytes.getInt(at);
      default -> bytes.get(at);
    };
  }

  private int[] counts(List<?> list) {
    int[] counts = new int[list.size()];
    for (int i = 0; i < counts.length; i++) {
      long count = as(Number.class, list.get(i)).longValue();
      if (count < 0 || count > StoredTensor.LIMIT) {
        throw damaged("a dimension of " + count);
      }
      counts[i] = (int) count;
    }
    return counts;
  }

  private Storage storage(Object id) {
    List<?> tuple = as(List.class, id);
    return new Storage(as(Name.class, tuple.get(1)).full(), folder + "data/" + tuple.get(2));
  }

  private Name name(String full) {
    if (FUNCTIONS.contains(full)
        || full.startsWith("__torch__.")
        || full.matches("torch \\w+Storage")) {
      return new Name(full);
    }
    // No UnsupportedModelException: nobody should be led to hand the file to PyTorch instead.
    throw new InputException(
        "%s: its pickle asks for '%s', which no model of DeePMD-kit needs: reading it with PyTorch may run a stranger's code; expected tensors, dictionaries, lists, numbers and text"
            .formatted(file, full.substring(0, Math.min(full.length(), 100)).replace(' ', '.')));
  }

  private <T> T as(Class<T> kind, Object value) {
    if (!kind.isInstance(value)) {
      throw damaged("no %s, but %s".formatted(kind.getSimpleName(), value));
    }
    return kind.cast(value);
  }

  private Object key(Object key) {
    if (key instanceof String || key instanceof Number || key instanceof Boolean) {
      return key;
    }
    return key instanceof List<?> ? key.toString() : "";
  }

  private void push(Object value) {
    if (++objects > MAX_OBJECTS) {
      throw damaged("more than ten million objects");
    }
    stack.add(value);
  }

  private Object pop() {
    return stack.remove(stack.size() - 1);
  }

  private Object peek() {
    return stack.get(stack.size() - 1);
  }

  @SuppressWarnings("unchecked")
  private List<Object> popMark() {
    if (marks.isEmpty()) {
      throw damaged("no mark");
    }
    List<Object> above = stack;
    stack = (List<Object>) marks.pop();
    return above;
  }

  private List<Object> popList(int count) {
    List<Object> top = stack.subList(stack.size() - count, stack.size());
    List<Object> copy = new ArrayList<>(top);
    top.clear();
    return copy;
  }

  @SuppressWarnings("unchecked")
  private List<Object> list(Object value) {
    if (value instanceof ArrayList<?>) {
      return (List<Object>) value;
    }
    throw damaged("appending to what is no list");
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> map(Object value) {
    if (value instanceof LinkedHashMap<?, ?>) {
      return (Map<Object, Object>) value;
    }
    throw damaged("setting in what is no dictionary");
  }

  private Object remembered(int key) {
    if (!memo.containsKey(key)) {
      throw damaged("nothing remembered as " + key);
    }
    return memo.get(key);
  }

  private Object longNumber() {
    byte[] bytes = bytes(in.get() & 0xff);
    byte[] bigEndian = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      bigEndian[i] = bytes[bytes.length - 1 - i];
    }
    return bytes.length == 0 ? 0L : new java.math.BigInteger(bigEndian).longValue();
  }

  private String text(int length) {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  private byte[] bytes(int length) {
    if (length < 0 || length > in.remaining()) {
      throw damaged("a text of %s".formatted(Counted.of(length, "byte")));
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (int b = in.get(); b != '\n'; b = in.get()) {
      line.append((char) (b & 0xff));
    }
    return line.toString();
  }

  private InputException damaged(String what) {
    return new InputException("%s: its pickle is damaged: %s".formatted(file, what));
  }
}
