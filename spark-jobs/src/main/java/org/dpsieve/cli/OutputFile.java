package org.dpsieve.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.error.InputException;

/** A file that a command is to write. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Asked before any work.
   *
   * @return the folder that the file is to lie in
   * @throws InputException when it cannot be written there
   */
  static Path folder(Path output) {
    Path folder = output.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder) || Files.isDirectory(output)) {
      throw new InputException(
          output + ": cannot be written: expected a file in a folder that exists");
    }
    return folder;
  }
}
