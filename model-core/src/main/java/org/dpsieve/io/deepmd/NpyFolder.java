package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.io.NumberArray;
import org.dpsieve.io.Storage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.text.Counted;

/** A deepmd/npy or deepmd/npy/mixed folder. */
final class NpyFolder implements DeepmdFolder {
  private static final long LONGEST_TEXT = 1L << 30;

  private final Storage storage;
  private final String path;

  NpyFolder(Storage storage, String path) {
    this.storage = storage;
    this.path = path;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public boolean has(String name) throws IOException {
    return storage.exists(Storage.child(path, name));
  }

  /** Numbers as {@code numpy.loadtxt} takes them: white space between, {@code #} to end of line. */
  @Override
  public double[] types() throws IOException {
    String file = Storage.child(path, "type.raw");
    List<Double> numbers = new ArrayList<>();
    int lineNumber = 0;
    for (String line : text(file).split("\\R", -1)) {
      lineNumber++;
      for (String word : words(line.replaceFirst("#.*", ""))) {
        try {
          numbers.add(Double.valueOf(word));
        } catch (NumberFormatException e) {
          throw new InputException(
              "%s: line %d holds '%s', expected one type number per atom"
                  .formatted(file, lineNumber, word));
        }
      }
    }
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public List<String> typeMap() throws IOException {
    return words(text(Storage.child(path, "type_map.raw")));
  }

  @Override
  public List<String> sets() throws IOException {
    List<String> sets = new ArrayList<>();
    for (String name : storage.list(path)) {
      if (name.startsWith("set.") && storage.isFolder(Storage.child(path, name))) {
        sets.add(name);
      }
    }
    return sets;
  }

  @Override
  public List<String> arrays(String set) throws IOException {
    return storage.list(Storage.child(path, set)).stream()
        .filter(name -> name.endsWith(".npy"))
        .toList();
  }

  @Override
  public NumberArray array(String set, String name) throws IOException {
    return NpyArray.open(storage, Storage.child(Storage.child(path, set), name));
  }

  @Override
  public void close() {}

  private static List<String> words(String text) {
    String stripped = text.strip();
    return stripped.isEmpty() ? List.of() : List.of(stripped.split("\\s+"));
  }

  private String text(String file) throws IOException {
    try (SeekableByteChannel channel = storage.open(file)) {
      if (channel.size() > LONGEST_TEXT) {
        throw new InputException(
            "%s: %s, expected a short text file"
                .formatted(file, Counted.of(channel.size(), "byte")));
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }
  }
}
