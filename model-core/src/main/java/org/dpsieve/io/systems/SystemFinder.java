package org.dpsieve.io.systems;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.io.Storage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemPath.Layout;

/**
 * Finds the systems that sources name. A source is a folder (a system, or a tree of any depth that
 * holds systems, HDF5 and extxyz files), an HDF5 file, one group of it ({@code file.hdf5#/group}),
 * or an extxyz file. Links are followed; one that leads back up is not gone round.
 */
public final class SystemFinder {
  private final Storage storage;
  private final List<String> problems = new ArrayList<>();

  /** What is wrong inside sources that are there: other systems can be read all the same. */
  private final List<String> badSystems = new ArrayList<>();

  private final Set<Found> found = new LinkedHashSet<>();
  private final Set<String> roots = new LinkedHashSet<>();

  /** Systems come across, those seen before included. */
  private int sightings;

  private record Found(Layout layout, String path, String group) {
    String fullPath() {
      if (layout == Layout.LMDB && path.endsWith("/data.mdb")) {
        return parent(path); // the folder is what people call the dataset
      }
      return group.isEmpty() ? path : path + "/" + group;
    }
  }

  private SystemFinder(Storage storage) {
    this.storage = storage;
  }

  /**
   * The systems of all sources, in their order and each folder's sorted order; one named twice is
   * found once. Names are paths below the deepest folder that holds all sources: of the single
   * source {@code data/pbe} they are those of its subfolders.
   *
   * @throws InputException listing every source that is not there or holds no system
   */
  public static List<SystemPath> find(Storage storage, List<String> sources) throws IOException {
    return find(storage, sources, ExtxyzKeys.DEFAULT);
  }

  /**
   * The same.
   *
   * @param keys what the labels of extxyz files are called
   */
  public static List<SystemPath> find(Storage storage, List<String> sources, ExtxyzKeys keys)
      throws IOException {
    Result result = findAll(storage, sources, keys);
    if (!result.problems().isEmpty()) {
      throw new InputException(String.join("\n", result.problems()));
    }
    return result.systems();
  }

  /**
   * What was found.
   *
   * @param problems folders and files that look like systems and are none, a line each
   */
  public record Result(List<SystemPath> systems, List<String> problems) {}

  /**
   * As {@link #find}, where one bad system does not hide the others.
   *
   * @throws InputException listing every source that is not there or has nothing like a system
   */
  public static Result findAll(Storage storage, List<String> sources, ExtxyzKeys keys)
      throws IOException {
    SystemFinder finder = new SystemFinder(storage);
    for (String source : sources) {
      int before = finder.findings();
      finder.look(source);
      if (finder.findings() == before) {
        finder.problems.add(
            source
                + ": no system found in it, expected folders with type.raw, or *.hdf5, *.h5, *.extxyz,"
                + " *.xyz, *.lmdb or *.aselmdb");
      }
    }
    if (!finder.problems.isEmpty()) {
      finder.problems.addAll(finder.badSystems);
      throw new InputException(String.join("\n", finder.problems));
    }
    int base = finder.commonRoot().length();
    List<SystemPath> systems =
        finder.found.stream()
            .map(
                system ->
                    new SystemPath(
                        system.layout(),
                        system.path(),
                        system.group(),
                        system.fullPath().substring(base).replaceFirst("^/+", ""),
                        keys))
            .toList();
    return new Result(systems, List.copyOf(finder.badSystems));
  }

  private int findings() {
    return sightings + problems.size() + badSystems.size();
  }

  private void look(String source) throws IOException {
    int hash = source.lastIndexOf('#');
    boolean group = hash > 0 && !storage.exists(source);
    String path = storage.absolute(group ? source.substring(0, hash) : source);
    if (!storage.exists(path)) {
      problems.add(source + ": not found");
    } else if (storage.isFolder(path)) {
      roots.add(
          storage.exists(Storage.child(path, "type.raw"))
                  || storage.exists(Storage.child(path, "data.mdb"))
              ? parent(path)
              : path);
      walk(path, new HashSet<>());
    } else if (DeepmdSystems.isHdf5(storage, path)) {
      List<String> groups =
          lookInHdf5(path, group ? source.substring(hash + 1).replaceAll("^/+|/+$", "") : "");
      roots.add(groups.contains("") ? parent(path) : path);
    } else if (Lmdb.file(storage, path).isPresent()) {
      roots.add(parent(path));
      add(new Found(Layout.LMDB, path, ""));
    } else if (isExtxyz(path)) {
      roots.add(parent(path));
      add(new Found(Layout.EXTXYZ, path, ""));
    } else {
      problems.add(
          source
              + ": neither a folder nor an HDF5 file, and its name does not end in .extxyz or .xyz;"
              + " cannot tell its format");
    }
  }

  private void add(Found system) {
    sightings++;
    found.add(system);
  }

  /** The groups below {@code group} that are systems, {@code ""} for the root. */
  private List<String> lookInHdf5(String file, String group) throws IOException {
    try {
      List<String> groups = DeepmdSystems.hdf5Groups(storage, file, group);
      if (groups.isEmpty()) {
        badSystems.add(
            "%s%s: no group with a dataset type.raw, expected deepmd/hdf5"
                .formatted(file, group.isEmpty() ? "" : "#/" + group));
      }
      groups.forEach(system -> add(new Found(Layout.DEEPMD_HDF5, file, system)));
      return groups;
    } catch (InputException e) {
      badSystems.add(e.getMessage());
      return List.of();
    }
  }

  /** {@code above} holds the real paths of the folders that lead here. */
  private void walk(String folder, Set<String> above) throws IOException {
    String real = storage.realPath(folder);
    if (!above.add(real)) {
      return;
    }
    List<String> names = storage.list(folder);
    if (names.contains("data.mdb")) {
      add(new Found(Layout.LMDB, Storage.child(folder, "data.mdb"), ""));
      above.remove(real);
      return;
    }
    if (names.contains("type.raw")) {
      add(new Found(Layout.DEEPMD_NPY, folder, ""));
    } else if (names.stream().anyMatch(name -> name.startsWith("set."))) {
      badSystems.add(folder + ": type.raw not found beside set.*, expected one type per atom");
    }
    for (String name : names) {
      String path = Storage.child(folder, name);
      if (name.startsWith("set.") || name.startsWith(".") || name.endsWith(".raw")) {
        continue;
      }
      if (storage.isFolder(path)) {
        walk(path, above);
      } else if (name.endsWith(".hdf5") || name.endsWith(".h5")) {
        lookInHdf5(path, "");
      } else if (Lmdb.isNamedSo(name)) {
        add(new Found(Layout.LMDB, path, ""));
      } else if (isExtxyz(name)) {
        add(new Found(Layout.EXTXYZ, path, ""));
      }
    }
    above.remove(real);
  }

  private String commonRoot() {
    String common = null;
    for (String root : roots) {
      String[] parts = root.split("/");
      if (common == null) {
        common = root;
        continue;
      }
      String[] others = common.split("/");
      int same = 0;
      while (same < Math.min(parts.length, others.length) && parts[same].equals(others[same])) {
        same++;
      }
      common = String.join("/", List.of(parts).subList(0, same));
    }
    return common == null ? "" : common;
  }

  private static boolean isExtxyz(String path) {
    return path.endsWith(".extxyz") || path.endsWith(".xyz");
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }
}
