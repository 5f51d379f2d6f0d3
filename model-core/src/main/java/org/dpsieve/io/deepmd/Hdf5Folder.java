package org.dpsieve.io.deepmd;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.io.NumberArray;
import org.dpsieve.io.Storage;
import org.dpsieve.io.hdf5.Hdf5;
import org.dpsieve.io.hdf5.Hdf5Array;
import org.dpsieve.text.Counted;

/** A group of an HDF5 file in the deepmd/hdf5 layout, standard or mixed. */
final class Hdf5Folder implements DeepmdFolder {
  private static final int MOST_TYPES = 10_000;
  private static final int DEEPEST = 64;
  private static final int MOST_GROUPS = 1_000_000;

  private final HdfFile file;
  private final String path;
  private final Group group;

  private Hdf5Folder(HdfFile file, String path, Group group) {
    this.file = file;
    this.path = path;
    this.group = group;
  }

  /**
   * @param groupPath {@code ""} for the file's root
   */
  static Hdf5Folder open(Storage storage, String path, String groupPath) throws IOException {
    HdfFile file = Hdf5.open(storage, path);
    try {
      return new Hdf5Folder(file, path, Hdf5.read(path, () -> group(file, path, groupPath)));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Paths of the groups at or below {@code groupPath} that hold a system, sorted. */
  static List<String> systems(Storage storage, String path, String groupPath) throws IOException {
    try (HdfFile file = Hdf5.open(storage, path)) {
      return Hdf5.read(
          path,
          () -> {
            List<String> systems = new ArrayList<>();
            collect(path, group(file, path, groupPath), groupPath, systems, new Walk());
            return systems;
          });
    }
  }

  /** Hard links may lead back up, or down the same way a million times. */
  private static final class Walk {
    private final Set<Long> above = new HashSet<>();
    private int groups;
  }

  private static void collect(
      String path, Group group, String groupPath, List<String> systems, Walk walk) {
    if (!walk.above.add(group.getAddress())) {
      return;
    }
    if (walk.above.size() > DEEPEST || ++walk.groups > MOST_GROUPS) {
      throw new InputException(
          "%s: more than %s inside each other, or %d in all: the file is damaged"
              .formatted(path, Counted.of(DEEPEST, "group"), MOST_GROUPS));
    }
    if (group.getChildren().containsKey("type.raw")) {
      systems.add(groupPath);
    }
    group.getChildren().keySet().stream()
        .filter(name -> !name.startsWith("set."))
        .sorted()
        .forEach(
            name -> {
              if (group.getChild(name) instanceof Group child) {
                String childPath = groupPath.isEmpty() ? name : groupPath + "/" + name;
                collect(path, child, childPath, systems, walk);
              }
            });
    walk.above.remove(group.getAddress());
  }

  private static Group group(HdfFile file, String path, String groupPath) {
    Group group = file;
    for (String name : groupPath.isEmpty() ? new String[0] : groupPath.split("/+")) {
      if (!group.getChildren().containsKey(name) || !(group.getChild(name) instanceof Group)) {
        throw new InputException(
            "%s: no group '/%s'; it holds %s"
                .formatted(path, groupPath, group.getChildren().keySet()));
      }
      group = (Group) group.getChild(name);
    }
    return group;
  }

  @Override
  public String path() {
    return group == file ? path : path + "#" + group.getPath().replaceFirst("/$", "");
  }

  @Override
  public boolean has(String name) {
    return Hdf5.read(path, () -> group.getChildren().containsKey(name));
  }

  @Override
  public double[] types() {
    Hdf5Array types = new Hdf5Array(dataset(group, "type.raw"), path);
    return types.rows(0, Math.toIntExact(types.shape().length == 0 ? 1 : types.shape()[0]));
  }

  @Override
  public List<String> typeMap() {
    Object words = Hdf5.read(path, () -> texts(dataset(group, "type_map.raw")));
    if (words instanceof String[] symbols) {
      return List.of(symbols);
    }
    throw new InputException(
        path() + "/type_map.raw: expected one string of an element symbol per type");
  }

  private Object texts(Dataset words) {
    if (words.getSize() > MOST_TYPES) {
      throw new InputException(
          "%s/type_map.raw: %s: the file is damaged"
              .formatted(path(), Counted.of(words.getSize(), "element symbol")));
    }
    return words.getData();
  }

  @Override
  public List<String> sets() {
    return Hdf5.read(
        path,
        () ->
            group.getChildren().keySet().stream()
                .filter(name -> name.startsWith("set.") && group.getChild(name) instanceof Group)
                .sorted()
                .toList());
  }

  @Override
  public List<String> arrays(String set) {
    return Hdf5.read(
        path,
        () ->
            ((Group) group.getChild(set))
                .getChildren().keySet().stream()
                    .filter(name -> name.endsWith(".npy"))
                    .sorted()
                    .toList());
  }

  @Override
  public NumberArray array(String set, String name) {
    return Hdf5.read(path, () -> new Hdf5Array(dataset((Group) group.getChild(set), name), path));
  }

  private Dataset dataset(Group parent, String name) {
    Node node = parent.getChild(name);
    if (node instanceof Dataset dataset) {
      return dataset;
    }
    throw new InputException(
        "%s#%s%s: a group, expected a dataset".formatted(path, parent.getPath(), name));
  }

  @Override
  public void close() {
    file.close();
  }
}
