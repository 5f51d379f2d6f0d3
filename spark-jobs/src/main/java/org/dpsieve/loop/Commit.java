package org.dpsieve.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;

/**
 * All or nothing for one stage's folder. The work writes a folder beside the target; when it is
 * whole, a manifest with facts, sizes and checksums goes in, and one rename puts it in place. So a
 * target that exists is complete, whatever was killed, and is never made again.
 *
 * <p>The manifest also names what the stage was made from, by checksum: where somebody removes an
 * earlier stage to have it done anew and it comes out different, the stages after it are made
 * again; the old ones are kept as {@code NAME.bk000}, as DP-GEN does.
 */
final class Commit {
  static final String MANIFEST = "_stage.json";
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private Commit() {}

  /** Is there a whole stage here, made from these inputs? */
  static boolean complete(Path target, Map<String, String> inputs) {
    return exists(target) && read(target).inputs().equals(inputs);
  }

  static boolean exists(Path target) {
    return Files.exists(target.resolve(MANIFEST));
  }

  /** What a complete stage was made from. */
  static SortedMap<String, String> inputs(Path target) {
    return read(target).inputs();
  }

  /**
   * What a complete stage said of itself.
   *
   * @throws InputException when a file of it is missing or has another size than when it was
   *     written
   */
  static <F> F facts(Path target, Class<F> type) {
    StageManifest manifest = read(target);
    manifest
        .files()
        .forEach(
            (name, entry) -> {
              Path file = target.resolve(name);
              long bytes = size(file);
              if (bytes != entry.bytes()) {
                throw new InputException(
                    "%s: %s, expected %d bytes as %s says. Remove %s and run again to have it made anew"
                        .formatted(
                            file,
                            bytes < 0 ? "missing" : bytes + " bytes",
                            entry.bytes(),
                            MANIFEST,
                            target));
              }
            });
    return JSON.convertValue(manifest.facts(), type);
  }

  /**
   * Does the work and puts its folder in place; the work returns the facts to keep and must leave a
   * folder at the path it is given. If it throws, nothing of it stays.
   *
   * @param inputs what it is made from: name to checksum
   */
  static <F> F make(Path target, Map<String, String> inputs, Function<Path, F> work) {
    Path staged = staged(target);
    try {
      remove(staged);
      Files.createDirectories(target.getParent());
      F facts = work.apply(staged);
      write(
          staged, new StageManifest(new TreeMap<>(inputs), JSON.valueToTree(facts), files(staged)));
      if (Files.exists(target)) {
        Files.move(target, backup(target));
      }
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
      return facts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      removeQuietly(staged);
    }
  }

  /** The checksum by which later stages refer to this one. */
  static String checksum(Path target) {
    return Checksums.sha256(target.resolve(MANIFEST));
  }

  /** Takes a complete stage away, as a whole. */
  static void discard(Path target) {
    Path staged = staged(target);
    try {
      remove(staged);
      Files.move(target, staged, StandardCopyOption.ATOMIC_MOVE);
      remove(staged);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path staged(Path target) {
    return target.resolveSibling(target.getFileName() + ".writing");
  }

  /** Removes a file or folder with all it holds; nothing there is fine. */
  static void remove(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void removeQuietly(Path path) {
    try {
      remove(path);
    } catch (IOException e) {
      // The next run removes it first; what went wrong before this matters more.
    }
  }

  private static StageManifest read(Path target) {
    Path file = target.resolve(MANIFEST);
    try {
      return JSON.readValue(file.toFile(), StageManifest.class);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s). Remove %s and run again to have it made anew"
              .formatted(file, e.getMessage(), target),
          e);
    }
  }

  private static void write(Path folder, StageManifest manifest) throws IOException {
    Path file = folder.resolve(MANIFEST);
    JSON.writeValue(file.toFile(), manifest);
    force(file);
  }

  private static SortedMap<String, StageManifest.Entry> files(Path folder) throws IOException {
    SortedMap<String, StageManifest.Entry> entries = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        force(file);
        String name = folder.relativize(file).toString().replace('\\', '/');
        entries.put(name, new StageManifest.Entry(Files.size(file), Checksums.sha256(file)));
      }
    }
    return entries;
  }

  /** To the disk itself: a rename must not be there before what it renames, should the power go. */
  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static Path backup(Path target) {
    for (int n = 0; ; n++) {
      Path candidate = target.resolveSibling("%s.bk%03d".formatted(target.getFileName(), n));
      if (!Files.exists(candidate)) {
        return candidate;
      }
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return -1;
    }
  }
}
