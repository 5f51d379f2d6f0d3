package org.dpsieve.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.io.OwnFiles;

/** The files in a task's folder. */
public final class TaskFiles {
  private TaskFiles() {}

  /** Takes away what an earlier attempt left, but for what lets the next one go on. */
  static void clear(NodeTask task) {
    List<Path> kept = matching(task.folder(), task.resume());
    for (Path file : matching(task.folder(), task.backward())) {
      if (!kept.contains(file)) {
        OwnFiles.remove(file);
      }
    }
    OwnFiles.remove(task.folder().resolve(task.log()));
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
}
