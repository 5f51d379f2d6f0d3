package org.dpsieve.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.io.systems.SystemPath.Layout;

/**
 * The systems at or below a path, as {@code dp} finds, orders and names them ({@code
 * deepmd/common.py: expand_sys_str}): folders with {@code type.raw} in the order in which the file
 * system lists them, those of one folder before those further down, the path itself last; links to
 * folders are taken but not followed further. Of an HDF5 file its groups, {@code file#/group}.
 * After them comes what {@code dp} does not read and every other command does.
 */
final class SystemListing {
  private static final Storage FILES = new LocalStorage();

  private final String root;
  private final ExtxyzKeys keys;
  private final List<SystemPath> found = new ArrayList<>();

  private SystemListing(String root, ExtxyzKeys keys) {
    this.root = root;
    this.keys = keys;
  }

  /**
   * @param keys what the labels of extxyz files are called
   * @throws InputException when there is no such path or no system, or one that looks like a system
   *     and is none
   */
  static List<SystemPath> of(String root, ExtxyzKeys keys) throws IOException {
    SystemListing listing = new SystemListing(root, keys);
    String path = pythonPath(root);
    if (Files.isDirectory(Path.of(path))) {
      listing.below(path);
      listing.addIfSystem(path);
      listing.addOthers();
      return listing.found;
    }
    if (!Files.isRegularFile(Path.of(file(root)))) {
      throw new InputException(
          root + ": not found; expected a folder with systems, an HDF5 or an extxyz file");
    }
    if (!DeepmdSystems.isHdf5(FILES, file(root))) {
      listing.addOthers();
      return listing.found;
    }
    listing.inHdf5(root);
    if (listing.found.isEmpty()) {
      throw new InputException(root + ": no system found; expected groups with a dataset type.raw");
    }
    return listing.found;
  }

  /**
   * What every other command reads there and {@code dp} does not: extxyz files, HDF5 files in a
   * folder, folders behind links.
   */
  private void addOthers() throws IOException {
    Set<String> known = new HashSet<>();
    for (SystemPath system : found) {
      known.add(FILES.realPath(system.path()));
    }
    for (SystemPath system : SystemFinder.find(FILES, List.of(root), keys)) {
      if (system.layout() != Layout.DEEPMD_NPY || known.add(FILES.realPath(system.path()))) {
        found.add(
            new SystemPath(system.layout(), system.path(), system.group(), name(system), keys));
      }
    }
  }

  /** As a path that a person gave, rather than an absolute one. */
  private String name(SystemPath system) throws IOException {
    String path = FILES.absolute(root);
    return system.location().startsWith(path)
        ? pythonPath(root) + system.location().substring(path.length())
        : system.location();
  }

  private void below(String folder) throws IOException {
    List<String> folders = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(Path.of(folder))) {
      for (Path child : children) {
        String path = folder.equals(".") ? child.getFileName().toString() : child.toString();
        addIfSystem(path);
        if (Files.isDirectory(child) && !Files.isSymbolicLink(child)) {
          folders.add(path);
        }
      }
    }
    for (String child : folders) {
      below(child);
    }
  }

  private void addIfSystem(String folder) {
    if (Files.isRegularFile(Path.of(folder, "type.raw"))) {
      found.add(new SystemPath(Layout.DEEPMD_NPY, folder, "", folder, keys));
    }
  }

  private void inHdf5(String path) throws IOException {
    List<String> groups = new ArrayList<>(DeepmdSystems.hdf5Groups(FILES, file(path), group(path)));
    if (groups.remove(group(path))) {
      groups.add(group(path)); // what was named comes last, as with folders
    }
    groups.forEach(
        group ->
            found.add(
                new SystemPath(
                    Layout.DEEPMD_HDF5, file(path), group, file(path) + "#/" + group, keys)));
  }

  private static String file(String path) {
    int hash = path.indexOf('#');
    return hash < 0 ? path : path.substring(0, hash);
  }

  private static String group(String path) {
    int hash = path.indexOf('#');
    return hash < 0 ? "" : path.substring(hash + 1).replaceAll("^/+|/+$", "");
  }

  /** As Python's {@code str(Path(path))}: without {@code .} and doubled slashes. */
  private static String pythonPath(String path) {
    String parts =
        Arrays.stream(path.split("/"))
            .filter(part -> !part.isEmpty() && !part.equals("."))
            .collect(Collectors.joining("/"));
    String absolute = path.startsWith("/") ? "/" + parts : parts;
    return absolute.isEmpty() ? "." : absolute;
  }
}
