package org.dpsieve.io.lmdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;

/**
 * The frames of an LMDB file, deepmd/lmdb or ASE's. A run is a range of keys; only its records are
 * read. A record that cannot be read is a frame without atoms that says its key and why: it costs
 * none of the others.
 */
public final class LmdbSystem implements FrameSystem {
  private static final int PICKLE = 0x80;

  private final LmdbFile file;
  private final Records records;
  private final String name;

  private LmdbSystem(LmdbFile file, Records records, String name) {
    this.file = file;
    this.records = records;
    this.name = name;
  }

  /**
   * Opens a file.
   *
   * @param path of {@code data.mdb}, or of the file itself
   * @param importTypeMap names of types where the file has none
   * @throws InputException when it is damaged as a whole, or holds objects of Python
   */
  public static LmdbSystem open(
      Storage storage, String path, String name, List<String> importTypeMap) throws IOException {
    LmdbFile file = LmdbFile.open(storage, path);
    try {
      return new LmdbSystem(file, records(file, path, importTypeMap), name);
    } catch (InputException e) {
      file.close();
      throw e.getMessage().startsWith(path)
          ? e
          : new InputException(path + ": " + e.getMessage(), e);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static Records records(LmdbFile file, String path, List<String> importTypeMap)
      throws IOException {
    byte[] metadata = file.get(DeepmdRecords.bytes(DeepmdRecords.METADATA));
    if (metadata != null) {
      return new DeepmdRecords(file, path, metadata, importTypeMap);
    }
    if (file.get(DeepmdRecords.bytes(AseRecords.NEXT)) != null) {
      return new AseRecords(file, path);
    }
    byte[][] first = file.first();
    if (first == null) {
      throw new InputException(path + ": holds no records");
    }
    boolean pickled = first[1].length > 1 && (first[1][0] & 0xFF) == PICKLE;
    throw new InputException(
        pickled
            ? path
                + ": its records are Python objects (pickle), as older datasets of fairchem are, which"
                + " are not read; write it as aselmdb with ASE, or with dpdata as deepmd/lmdb"
            : "%s: an LMDB file of another kind (its first key is '%s'), expected deepmd/lmdb or ASE's aselmdb"
                .formatted(path, printable(first[0])));
  }

  private static String printable(byte[] key) {
    return new String(key, 0, Math.min(40, key.length), StandardCharsets.UTF_8)
        .replaceAll("[^\\x20-\\x7e]", "?");
  }

  @Override
  public List<Run> runs(int maxAtoms) throws IOException {
    List<Run> runs = new ArrayList<>();
    int first = 0;
    long atoms = 0;
    for (int i = 0; i < records.count(); i++) {
      int known = records.atoms(i);
      int count = known >= 0 ? known : Math.max(1, types(i).z().length);
      if (i > first && atoms + count > maxAtoms) {
        runs.add(new Run(first, i - first, 0, first));
        first = i;
        atoms = 0;
      }
      atoms += count;
    }
    runs.add(new Run(first, records.count() - first, 0, first));
    frame(0, EnumSet.allOf(Part.class)); // what is ignored
    return runs;
  }

  @Override
  public List<Frame> read(Run run, Set<Part> wanted) throws IOException {
    List<Frame> frames = new ArrayList<>(run.count());
    for (int i = run.first(); i < run.first() + run.count(); i++) {
      frames.add(frame(i, wanted));
    }
    return frames;
  }

  @Override
  public List<Types> types(Run run) throws IOException {
    List<Types> types = new ArrayList<>(run.count());
    for (int i = run.first(); i < run.first() + run.count(); i++) {
      types.add(types(i));
    }
    return types;
  }

  private Types types(int index) throws IOException {
    try {
      return records.types(value(index));
    } catch (InputException e) {
      return new Types(new int[0], TypeNames.NONE); // who reads the frame says why
    }
  }

  private Frame frame(int index, Set<Part> wanted) throws IOException {
    try {
      return records.frame(name, index, value(index), wanted);
    } catch (InputException e) {
      return Frame.unreadable(
          name, index, "record '%s' %s".formatted(records.key(index), e.getMessage()));
    }
  }

  private byte[] value(int index) throws IOException {
    byte[] value = file.get(DeepmdRecords.bytes(records.key(index)));
    if (value == null) {
      throw new InputException("is not there");
    }
    return value;
  }

  @Override
  public List<String> ignored() {
    return List.copyOf(records.ignored());
  }

  @Override
  public List<String> typeMap() {
    return records.typeMap();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
