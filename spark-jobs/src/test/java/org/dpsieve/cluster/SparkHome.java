package org.dpsieve.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Spark distribution's folder made of links to Maven's jars: what a cluster's workers start
 * executors from.
 */
final class SparkHome {
  private SparkHome() {}

  /** Fills {@code folder/jars} with links to every jar of this JVM's class path. */
  static Path create(Path folder) throws IOException {
    Path jars = Files.createDirectories(folder.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      if (entry.endsWith(".jar")) {
        try {
          Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar.toAbsolutePath());
        } catch (FileAlreadyExistsException e) {
          continue; // two modules name one library
        }
      }
    }
    return folder;
  }
}
