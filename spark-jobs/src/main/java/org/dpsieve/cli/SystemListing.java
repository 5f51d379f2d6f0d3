package org.dpsieve.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.systems.Lmdb;

/**
 * The systems at or below a path, as {@code dp} finds, orders and names them ({@code
 * deepmd/common.py: expand_sys_str}): folders with {@code type.raw} in the order in which the file
 * system lists them, those of one folder before those further down, the path itself last; links to
 * folders are taken but not followed further. Of an HDF5 file its groups, {@code file#/group}.
 */
final class SystemListing {
  private static final Storage FILES = new LocalStorage();

  private final List<String> found = new ArrayList<>();

  private SystemListing() {}

  /**
   * @throws InputException when there is no such path or no system
   */
  static List<String> of(String root) throws IOException {
    SystemListing listing = new SystemListing();
    String path = pythonPath(root);
    if (Files.exists(Path.of(path)) && Lmdb.problem(FILES, path).isPresent()) {
      throw new InputException(Lmdb.problem(FILES, path).get());
    }
    if (Files.isDirectory(Path.of(path))) {
      listing.below(path);
      listing.addIfSystem(path);
    } else if (Files.isRegularFile(Path.of(file(root)))) {
      listing.inHdf5(root);
    } else {
      throw new InputException(
          root + ": not found; expected a folder with systems, or an HDF5 file");
    }
    if (listing.found.isEmpty()) {
      throw new InputException(
          root + ": no system found; expected folders with type.raw (deepmd/npy), at any depth");
    }
    return listing.found;
  }

  /** Opens a system of the listing; types without a type map are the models' own. */
  static FrameSystem open(String system, List<String> modelTypeMap) throws IOException {
    if (Files.isDirectory(Path.of(system))) {
      return DeepmdSystems.openNpy(FILES, system, system, modelTypeMap);
    }
    return DeepmdSystems.openHdf5(FILES, file(system), group(system), system, modelTypeMap);
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
      found.add(folder);
    }
  }

  private void inHdf5(String path) throws IOException {
    List<String> groups = new ArrayList<>(DeepmdSystems.hdf5Groups(FILES, file(path), group(path)));
    if (groups.remove(group(path))) {
      groups.add(group(path)); // what was named comes last, as with folders
    }
    groups.forEach(group -> found.add(file(path) + "#/" + group));
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
