package org.dpsieve.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.systems.Lmdb;
import org.dpsieve.text.Counted;

/**
 * Looks for the systems of {@code pick_data} and {@code init_data_sys} where that is cheap: on this
 * machine. What is inside is the import's to judge; other file systems are looked at by Spark.
 */
final class PoolFiles {
  static final int DEEPEST = 32;
  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};

  private final Paths paths;
  private final Problems problems;

  PoolFiles(Paths paths, Problems problems) {
    this.paths = paths;
    this.problems = problems;
  }

  /** Absolute paths, or URIs as they are; what holds no system is reported. */
  List<String> resolve(Block file, String key, List<String> given) {
    List<String> resolved = new ArrayList<>();
    for (String text : given) {
      if (Paths.isRemote(text)) {
        resolved.add(text);
        problems.note("%s: %s is looked at when the run starts".formatted(key, text));
        continue;
      }
      Path path = paths.resolve(text);
      resolved.add(path.toString());
      if (!Files.exists(path)) {
        file.error(key, "there is no %s".formatted(paths.lookedFor(text)));
      } else if (Files.isDirectory(path) && !holdsSystem(path)) {
        file.error(
            key,
            "%s: no system in it; expected folders with type.raw and set.000, or .hdf5 files"
                .formatted(path));
      } else if (Files.isRegularFile(path) && !isData(path) && !isHdf5(path) && !isLmdb(path)) {
        file.error(
            key,
            "%s: is neither a folder of systems nor an HDF5, extended XYZ or LMDB file"
                .formatted(path));
      }
    }
    return resolved;
  }

  private static boolean isLmdb(Path path) {
    try {
      return Lmdb.file(new LocalStorage(), path.toString()).isPresent();
    } catch (IOException e) {
      return true; // the import says what is wrong
    }
  }

  private static boolean holdsSystem(Path folder) {
    try (Stream<Path> files =
        Files.find(
            folder,
            DEEPEST,
            (path, attributes) -> path.endsWith("type.raw") || isData(path),
            FileVisitOption.FOLLOW_LINKS)) {
      return files.findAny().isPresent();
    } catch (IOException | UncheckedIOException e) {
      return true; // a loop of links or a folder not to be read: the import says which
    }
  }

  /**
   * Reports systems without the labels that a run needs, as far as folders show.
   *
   * @param why what needs them
   */
  void requireEnergies(Block file, String key, List<String> data, String why) {
    requireAll(file, key, data, "energy.npy", why);
  }

  /** Reports systems without an array that all need, as far as folders show. */
  void requireAll(Block file, String key, List<String> data, String array, String why) {
    List<String> without = new ArrayList<>();
    int systems = 0;
    for (String path : data) {
      if (Paths.isRemote(path) || !Files.isDirectory(Path.of(path))) {
        continue;
      }
      for (Path types : typeFiles(Path.of(path))) {
        systems++;
        if (!has(types.getParent(), array)) {
          without.add(types.getParent().toString());
        }
      }
    }
    if (!without.isEmpty()) {
      String some = String.join(", ", without.subList(0, Math.min(3, without.size())));
      file.error(
          key,
          "%,d of %s %s a set without %s (%s%s); %s"
              .formatted(
                  without.size(),
                  Counted.of(systems, "system"),
                  without.size() == 1 ? "has" : "have",
                  array,
                  some,
                  without.size() > 3 ? ", ..." : "",
                  why));
    }
  }

  /** Systems without forces are passed over; where all are there is nothing left. */
  void requireSomeForces(Block file, String key, List<String> data, String why) {
    requireSome(file, key, data, "force.npy", why);
  }

  /** The same of another array. */
  void requireSome(Block file, String key, List<String> data, String array, String why) {
    List<Path> systems = new ArrayList<>();
    for (String path : data) {
      if (Paths.isRemote(path) || !Files.isDirectory(Path.of(path)) || hasFiles(path)) {
        return; // others may have them
      }
      typeFiles(Path.of(path)).forEach(types -> systems.add(types.getParent()));
    }
    if (!systems.isEmpty() && systems.stream().noneMatch(system -> has(system, array))) {
      file.error(
          key,
          "none of %s has %s in every set; %s"
              .formatted(Counted.of(systems.size(), "system"), array, why));
    }
  }

  /** Whether there are systems that are files. */
  private static boolean hasFiles(String folder) {
    try (Stream<Path> files =
        Files.find(
            Path.of(folder),
            DEEPEST,
            (path, attributes) -> isData(path),
            FileVisitOption.FOLLOW_LINKS)) {
      return files.findAny().isPresent();
    } catch (IOException | UncheckedIOException e) {
      return true;
    }
  }

  private static List<Path> typeFiles(Path folder) {
    try (Stream<Path> files =
        Files.find(
            folder,
            DEEPEST,
            (path, attributes) -> path.endsWith("type.raw"),
            FileVisitOption.FOLLOW_LINKS)) {
      return files.sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // the import says what is wrong
    }
  }

  private static boolean has(Path system, String array) {
    try (Stream<Path> sets = Files.list(system)) {
      return sets.filter(set -> set.getFileName().toString().startsWith("set."))
          .allMatch(set -> Files.exists(set.resolve(array)));
    } catch (IOException e) {
      return true; // likewise
    }
  }

  private static boolean isHdf5(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      return Arrays.equals(stream.readNBytes(HDF5.length), HDF5);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isData(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".hdf5")
        || name.endsWith(".h5")
        || name.endsWith(".extxyz")
        || name.endsWith(".xyz")
        || name.endsWith(".lmdb")
        || name.endsWith(".aselmdb")
        || name.equals("data.mdb");
  }
}
