package org.dpsieve.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.io.RegularFile;

/** The files in a task's folder. */
public final class TaskFiles {
  private TaskFiles() {}

  /** Takes away what an earlier attempt left, but for what lets the next one go on. */
  static void clear(NodeTask task) {
    List<Path> kept = matching(task.folder(), task.resume());
    for (Path file : matching(task.folder(), task.backward())) {
      if (!kept.contains(file)) {
        remove(file);
      }
    }
    remove(task.folder().resolve(task.log()));
  }

  /** Files and folders that fit any of the names; {@code *} matches within a name. */
  public static List<Path> matching(Path folder, List<String> names) {
    List<Path> found = new ArrayList<>();
    for (String name : names) {
      Path parent = folder.resolve(name).getParent();
      if (!Files.isDirectory(parent)) {
        continue;
      }
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(parent, folder.resolve(name).getFileName().toString())) {
        files.forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  /** Removes a file or a folder with all in it; none is fine. Links are not followed. */
  public static void remove(Path path) {
    if (!RegularFile.exists(path)) {
      return; // nor where its folder is a file by now
    }
    try {
      if (!Files.isDirectory(path) || Files.isSymbolicLink(path)) {
        Files.deleteIfExists(path);
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
            public FileVisitResult postVisitDirectory(Path folder, IOException e)
                throws IOException {
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
