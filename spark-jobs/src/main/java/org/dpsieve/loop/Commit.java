package org.dpsieve.loop;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;

/**
 * All or nothing for one stage's folder. Where folders cannot be renamed in one step, the manifest
 * is put in place last. The work writes a folder beside the target; when it is whole, a manifest
 * with facts, sizes and checksums goes in, and one rename puts it in place. So a target that exists
 * is complete, whatever was killed, and is never made again.
 *
 * <p>The manifest also names what the stage was made from, by checksum: where somebody removes an
 * earlier stage to have it done anew and it comes out different, the stages after it are made
 * again; the old ones are kept as {@code NAME.bk000}, as DP-GEN does.
 */
final class Commit {
  private Commit() {}

  /** Is there a whole stage here, made from these inputs? */
  static boolean complete(Path target, Map<String, String> inputs) {
    return exists(target) && inputs(target).equals(inputs);
  }

  static boolean exists(Path target) {
    return Files.exists(target.resolve(StageManifest.NAME));
  }

  /** What a complete stage was made from. */
  static SortedMap<String, String> inputs(Path target) {
    return StageManifest.read(target).inputs();
  }

  /**
   * What a complete stage said of itself, for those who show it.
   *
   * @throws InputException when a file of it is missing or has another size than when it was
   *     written
   */
  static <F> F facts(Path target, Class<F> type) {
    StageManifest manifest = StageManifest.read(target);
    manifest.checkSizes(target);
    return manifest.facts(target, type);
  }

  /**
   * What a complete stage said of itself, for those who go on from its files.
   *
   * @throws InputException when a file of it is not, byte by byte, as it was written
   */
  static <F> F verified(Path target, Class<F> type) {
    StageManifest manifest = StageManifest.read(target);
    manifest.checkContent(target);
    return manifest.facts(target, type);
  }

  /**
   * Does the work and puts its folder in place; the work returns the facts to keep and must leave a
   * folder at the path it is given. If it throws, nothing of it stays.
   *
   * @param inputs what it is made from: name to checksum
   */
  static <F> F make(Path target, Map<String, String> inputs, Function<Path, F> work) {
    Path staged = OwnFiles.staged(target);
    try {
      OwnFiles.remove(staged);
      Files.createDirectories(target.getParent());
      F facts = work.apply(staged);
      write(staged, StageManifest.of(staged, inputs, facts));
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
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
    return RegularFile.sha256(target.resolve(StageManifest.NAME));
  }

  /** Takes a complete stage away, as a whole. */
  static void discard(Path target) {
    Path staged = OwnFiles.staged(target);
    try {
      OwnFiles.remove(staged);
      Files.move(target, staged, StandardCopyOption.ATOMIC_MOVE);
      OwnFiles.remove(staged);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeQuietly(Path path) {
    try {
      OwnFiles.remove(path);
    } catch (UncheckedIOException e) {
      // The next run removes it first; what went wrong before this matters more.
    }
  }

  /** The manifest last; all of it to the disk before the rename that says that it is there. */
  private static void write(Path folder, StageManifest manifest) throws IOException {
    Path file = folder.resolve(StageManifest.NAME);
    try (OutputStream out = OwnFiles.create(file)) {
      out.write(Sealed.text(manifest.toJson()).getBytes(StandardCharsets.UTF_8));
    }
    if (!folder.getFileSystem().equals(FileSystems.getDefault())) {
      return; // a file that is closed is kept
    }
    for (Path written : StageManifest.files(folder)) {
      try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }

  private static Path backup(Path target) {
    for (int n = 0; ; n++) {
      Path candidate = target.resolveSibling("%s.bk%03d".formatted(target.getFileName(), n));
      if (!Files.exists(candidate, LinkOption.NOFOLLOW_LINKS)) {
        return candidate;
      }
    }
  }
}
