package org.dpsieve.node;

import java.nio.file.Path;
import java.util.List;

/**
 * One command to be run in a folder of its own, somewhere.
 *
 * @param folder with the input files; its name is the task's, and all tasks of one call have the
 *     same parent
 * @param command a shell command, as machine.json's {@code command} is one; run in the folder
 * @param forward the input files, relative to the folder
 * @param resume files of an unfinished attempt that let the next one go on; sent where they are
 *     there
 * @param backward the files that the command leaves and that are wanted; {@code *} matches within a
 *     name
 * @param log the file in the folder that gets the command's output, appended
 */
public record NodeTask(
    Path folder,
    String command,
    List<String> forward,
    List<String> resume,
    List<String> backward,
    String log) {
  public NodeTask {
    folder = folder.toAbsolutePath().normalize();
    forward = List.copyOf(forward);
    resume = List.copyOf(resume);
    backward = List.copyOf(backward);
  }

  /** The folder's name. */
  public String name() {
    return folder.getFileName().toString();
  }
}
