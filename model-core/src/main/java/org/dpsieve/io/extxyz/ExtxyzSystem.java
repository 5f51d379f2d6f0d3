package org.dpsieve.io.extxyz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;
import org.dpsieve.text.Counted;

/** The frames of an extended XYZ file; elements and number of atoms may differ between them. */
public final class ExtxyzSystem implements FrameSystem {
  private static final int MOST_ATOMS = 50_000_000;
  private static final int LONGEST_LINE = 1 << 24;

  /** Of frames that are wrong, each with its own message. */
  private static final int SHOWN = 5;

  private final Storage storage;
  private final String path;
  private final String name;
  private final ExtxyzKeys keys;
  private final Set<String> ignored = new TreeSet<>();
  private final Set<String> names = new TreeSet<>();
  private final Map<Property, Integer> properties = new TreeMap<>();

  /**
   * @param name what frames call the system
   * @param keys what labels are called
   */
  public ExtxyzSystem(Storage storage, String path, String name, ExtxyzKeys keys) {
    this.storage = storage;
    this.path = path;
    this.name = name;
    this.keys = keys;
  }

  /** Reads the whole file, a frame at a time, to check every number and learn where runs start. */
  @Override
  public List<Run> runs(int maxAtoms) throws IOException {
    List<Run> runs = new ArrayList<>();
    int index = 0;
    int first = 0;
    long start = 0;
    long atoms = 0;
    List<String> problems = new ArrayList<>();
    int bad = 0;
    try (Lines lines = new Lines(storage, path, 0)) {
      for (Text text = lines.nextFrame(); text != null; text = lines.nextFrame()) {
        try {
          ExtxyzFrame parsed = ExtxyzFrame.parse(text.where(), text.comment(), text.atoms(), keys);
          Frame frame = parsed.toFrame(name, index);
          names.addAll(frame.names().all());
          collectProperties(text.where(), frame);
          ignored.addAll(parsed.ignored());
        } catch (InputException e) {
          if (problems.size() < SHOWN) {
            problems.add(e.getMessage());
          }
          bad++;
        }
        if (index > first && atoms + text.atoms().size() > maxAtoms) {
          runs.add(new Run(first, index - first, 0, start));
          first = index;
          atoms = 0;
        }
        start = index == first ? text.start() : start;
        atoms += text.atoms().size();
        index++;
      }
    }
    if (bad > problems.size()) {
      problems.add("%s: and %s more".formatted(path, Counted.of(bad - problems.size(), "frame")));
    }
    if (!problems.isEmpty()) {
      throw new InputException(String.join("\n", problems));
    }
    if (index == 0) {
      throw new InputException(path + ": no frames, expected at least one");
    }
    runs.add(new Run(first, index - first, 0, start));
    return runs;
  }

  private void collectProperties(String where, Frame frame) {
    frame
        .properties()
        .forEach(
            (property, values) -> {
              int dimension = property.dimension(values, frame.atomCount());
              Integer other = properties.putIfAbsent(property, dimension);
              if (other != null && other != dimension) {
                throw new InputException(
                    "%s: %s holds %s each, but %d in frames before"
                        .formatted(where, property.name(), Counted.of(dimension, "number"), other));
              }
            });
  }

  @Override
  public Map<Property, Integer> properties() {
    return new TreeMap<>(properties);
  }

  /** All parts of a frame stand in its lines, so all are read. */
  @Override
  public List<Frame> read(Run run, Set<Part> wanted) throws IOException {
    List<Frame> frames = new ArrayList<>(run.count());
    try (Lines lines = new Lines(storage, path, run.position())) {
      for (int i = 0; i < run.count(); i++) {
        Text text = lines.nextFrame();
        frames.add(
            ExtxyzFrame.parse(text.where(), text.comment(), text.atoms(), keys)
                .toFrame(name, run.first() + i));
      }
    }
    return frames;
  }

  @Override
  public List<Types> types(Run run) throws IOException {
    return read(run).stream().map(frame -> new Types(frame.z(), frame.names())).toList();
  }

  @Override
  public List<String> ignored() {
    return List.copyOf(ignored);
  }

  @Override
  public List<String> typeMap() {
    return List.copyOf(names);
  }

  @Override
  public void close() {}

  /** The lines of one frame. */
  private record Text(long start, String where, String comment, List<String> atoms) {}

  /** Reads lines and counts bytes, so that a frame's start can be found again. */
  private static final class Lines implements AutoCloseable {
    private final String path;
    private final SeekableByteChannel channel;
    private final InputStream in;
    private long position;
    private int lineNumber;

    Lines(Storage storage, String path, long position) throws IOException {
      this.path = path;
      this.position = position;
      channel = storage.open(path);
      channel.position(position);
      in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
    }

    /** The next frame, or {@code null} at the end; blank lines before a frame are skipped. */
    Text nextFrame() throws IOException {
      long start = position;
      String count = line();
      while (count != null && count.isBlank()) {
        start = position;
        count = line();
      }
      if (count == null) {
        return null;
      }
      int firstLine = lineNumber;
      String where = "%s: frame at line %d".formatted(path, firstLine);
      int atomCount = count(count.strip(), where);
      String comment = line();
      List<String> atoms = new ArrayList<>(Math.min(atomCount, 1 << 16));
      for (int atom = 0; atom < atomCount && comment != null; atom++) {
        String line = line();
        if (line == null) {
          throw new InputException(
              "%s: the file ends after %,d of %s: it is truncated"
                  .formatted(where, atom, Counted.of(atomCount, "atom")));
        }
        atoms.add(line);
      }
      if (comment == null) {
        throw new InputException(where + ": the file ends after the number of atoms");
      }
      return new Text(start, where, comment, atoms);
    }

    private static int count(String text, String where) {
      int count = text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
      if (count < 1 || count > MOST_ATOMS) {
        throw new InputException(
            "%s: '%s', expected the number of atoms"
                .formatted(where, text.substring(0, Math.min(40, text.length()))));
      }
      return count;
    }

    private String line() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int b = in.read();
      if (b < 0) {
        return null;
      }
      while (b >= 0 && b != '\n') {
        if (bytes.size() == LONGEST_LINE) {
          throw new InputException(
              "%s: line %d has more than %s: no extended XYZ"
                  .formatted(path, lineNumber + 1, Counted.of(LONGEST_LINE, "byte")));
        }
        bytes.write(b);
        b = in.read();
        position++;
      }
      position += b >= 0 ? 1 : 0;
      lineNumber++;
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
      in.close();
      channel.close();
    }
  }
}
