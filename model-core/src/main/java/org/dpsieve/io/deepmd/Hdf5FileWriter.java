package org.dpsieve.io.deepmd;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.SafePaths;
import org.dpsieve.io.Storage;
import org.dpsieve.io.SystemWriter;

/**
 * Writes a deepmd/hdf5 file: a group, named by the formula, for each run of frames with the same
 * atoms in the same order, the same labels and parameters. jHDF keeps a file in memory until it is
 * closed, and writes to this machine only: the file is made in the folder for temporary files and
 * then copied.
 */
public final class Hdf5FileWriter implements SystemWriter {
  private final Storage storage;
  private final String path;
  private final List<String> typeMap;
  private final Path local;
  private final WritableHdfFile file;
  private final Map<String, Integer> groups = new HashMap<>();
  private final Map<String, WritableGroup> parents = new HashMap<>();
  private SetBuffer buffer;

  /** The group to write into; empty for one called by its formula. */
  private String name = "";

  /**
   * @param typeMap element symbols to number the types by
   */
  public Hdf5FileWriter(Storage storage, String path, List<String> typeMap) throws IOException {
    this.storage = storage;
    this.path = path;
    this.typeMap = typeMap;
    this.buffer = new SetBuffer(typeMap);
    this.local = Files.createTempFile("dpsieve", ".hdf5");
    this.file = HdfFile.write(local);
  }

  /**
   * Begins a group, nested by {@code /}: for frames that belong together, up to the next one.
   *
   * @param group not begun before
   */
  public void begin(String group) {
    if (buffer.size() > 0) {
      writeGroup();
    }
    name = group;
  }

  @Override
  public void add(Frame frame) {
    add(frame, null);
  }

  @Override
  public void add(Frame frame, Certainty certainty) {
    if (!buffer.fits(frame)) {
      writeGroup();
    }
    buffer.add(frame, certainty);
  }

  private void writeGroup() {
    String wanted =
        name.isEmpty() ? SafePaths.of(Formula.of(buffer.model()).replace('/', '_')) : name;
    int turn = groups.merge(wanted, 1, Integer::sum) - 1;
    WritableGroup group = group(turn == 0 ? wanted : "%s.%03d".formatted(wanted, turn));
    group.putDataset("type.raw", Arrays.stream(buffer.types()).asLongStream().toArray());
    group.putDataset("type_map.raw", typeMap.toArray(String[]::new));
    if (!buffer.periodic()) {
      group.putDataset("nopbc", new int[] {1});
    }
    WritableGroup set = group.putGroup("set.000");
    int count = buffer.size();
    boolean periodic = buffer.periodic();
    buffer
        .arrays()
        .forEach(
            (name, values) -> {
              if (periodic || !name.equals("box.npy")) {
                set.putDataset(name, rows(values, count));
              }
            });
    buffer = new SetBuffer(typeMap);
  }

  private WritableGroup group(String path) {
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      return file.putGroup(path);
    }
    String above = path.substring(0, slash);
    WritableGroup parent = parents.get(above);
    if (parent == null) {
      parent = group(above);
      parents.put(above, parent);
    }
    return parent.putGroup(path.substring(slash + 1));
  }

  private static double[][] rows(double[] values, int count) {
    int width = values.length / count;
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
    }
    return rows;
  }

  @Override
  public void close() throws IOException {
    try {
      if (buffer.size() > 0) {
        writeGroup();
      }
      file.close();
      try (OutputStream out = storage.create(path)) {
        Files.copy(local, out);
      }
    } finally {
      Files.delete(local);
    }
  }
}
