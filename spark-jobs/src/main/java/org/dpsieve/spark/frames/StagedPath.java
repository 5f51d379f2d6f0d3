package org.dpsieve.spark.frames;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;

/**
 * Names that anybody can foretell: where a dataset is written until it is whole, and where it goes
 * then. Hadoop's file systems follow links and do not see those that lead nowhere; what has such a
 * name is removed or refused, never written through. Of file systems other than the local one their
 * own answers count.
 */
public final class StagedPath {
  private StagedPath() {}

  /** Removes whatever has that name: of a link itself, not what it leads to. */
  public static void remove(FileSystem files, Path path) throws IOException {
    if (isLocal(files)) {
      OwnFiles.remove(local(path));
    } else {
      files.delete(path, true);
    }
  }

  /** Removes a link; whatever else has that name stays. */
  public static void removeLink(FileSystem files, Path path) throws IOException {
    if (isLocal(files) && Files.isSymbolicLink(local(path))) {
      Files.delete(local(path));
    }
  }

  /**
   * Refuses a name that a link has which leads nowhere: nothing seems to be there, and what is
   * written would go elsewhere.
   */
  public static void requireNoDeadLink(FileSystem files, Path path) throws IOException {
    if (isLocal(files) && RegularFile.exists(local(path)) && !files.exists(path)) {
      throw new InputException(
          local(path) + ": is a link that leads nowhere; remove it or choose another name");
    }
  }

  private static boolean isLocal(FileSystem files) {
    return "file".equals(files.getUri().getScheme());
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath()).toAbsolutePath();
  }
}
