package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.Storage;
import org.dpsieve.io.SystemWriter;
import org.dpsieve.io.npy.NpyWriter;

/**
 * Writes a deepmd/npy folder as dpdata does: float64, sets of 5,000 frames (fewer when frames are
 * very large), box.npy of zeros beside {@code nopbc}.
 */
public final class NpySystemWriter implements SystemWriter {
  private static final int FRAMES_PER_SET = 5000;
  private static final long NUMBERS_PER_ARRAY = 1 << 24;

  private final Storage storage;
  private final String folder;
  private final List<String> typeMap;
  private final String setName;
  private final SetBuffer buffer;
  private int sets;

  /**
   * @param typeMap element symbols to number the types by
   * @param frameCount at least as many as will be added, so that names of sets sort in their order
   */
  public NpySystemWriter(Storage storage, String folder, List<String> typeMap, long frameCount) {
    this.storage = storage;
    this.folder = folder;
    this.typeMap = typeMap;
    // three digits, as everybody writes them, hold for 1,000 sets of any size
    int digits = frameCount <= 1000 ? 3 : Math.max(3, Long.toString(frameCount).length());
    this.setName = "set.%0" + digits + "d";
    this.buffer = new SetBuffer(typeMap);
  }

  @Override
  public void add(Frame frame, Certainty certainty) throws IOException {
    buffer.add(frame, certainty);
    if (buffer.size() == FRAMES_PER_SET || buffer.largestArray() >= NUMBERS_PER_ARRAY) {
      writeSet();
    }
  }

  private void writeSet() throws IOException {
    if (sets == 0) {
      writeText("type_map.raw", String.join("\n", typeMap) + "\n");
      writeText(
          "type.raw",
          Arrays.stream(buffer.types())
              .mapToObj(type -> type + "\n")
              .collect(Collectors.joining()));
      if (!buffer.periodic()) {
        writeText("nopbc", "");
      }
    }
    String set = Storage.child(folder, setName.formatted(sets++));
    for (Map.Entry<String, double[]> array : buffer.arrays().entrySet()) {
      int width = array.getValue().length / buffer.size();
      NpyWriter.write(
          storage, Storage.child(set, array.getKey()), array.getValue(), buffer.size(), width);
    }
    buffer.clear();
  }

  private void writeText(String name, String text) throws IOException {
    try (OutputStream out = storage.create(Storage.child(folder, name))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() throws IOException {
    if (buffer.size() > 0) {
      writeSet();
    }
  }
}
