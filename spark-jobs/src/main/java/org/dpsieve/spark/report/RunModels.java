package org.dpsieve.spark.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;

/** The models of a run's folders, {@code graph.000.pb} and so on. */
final class RunModels {
  private static final String FILES = "graph.[0-9][0-9][0-9].*";

  private RunModels() {}

  /**
   * @param typeMap types of models that do not name theirs
   * @throws InputException when there are none, or one cannot be read
   */
  static List<DeepPotential> read(Path folder, List<String> typeMap) {
    List<Path> files = files(folder);
    if (files.isEmpty()) {
      throw new InputException(
          "%s: no models (%s) there to compare with the labels".formatted(folder, FILES));
    }
    return files.stream().map(file -> ModelFiles.read(file, typeMap)).toList();
  }

  /** Whether there are some. */
  static boolean there(Path folder) {
    return !files(folder).isEmpty();
  }

  /** By the content of each: folders with the same have the same models. */
  static List<String> checksums(Path folder) {
    return files(folder).stream().map(RegularFile::sha256).toList();
  }

  private static List<Path> files(Path folder) {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, FILES)) {
        found.forEach(files::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    files.sort(null);
    return files;
  }

  /** Copies of the models a run was given, for those who look at it later. */
  static void keep(List<Path> models, Path folder) {
    try {
      Files.createDirectories(folder);
      for (int m = 0; m < models.size(); m++) {
        String name = models.get(m).getFileName().toString();
        Path target =
            folder.resolve("graph.%03d%s".formatted(m, name.substring(name.lastIndexOf('.'))));
        if (Files.isDirectory(models.get(m))) {
          continue; // of the JAX backend: nothing that compares can read it
        }
        if (!Files.exists(target)
            || !RegularFile.sha256(target).equals(RegularFile.sha256(models.get(m)))) {
          OwnFiles.replace(target, Files.readAllBytes(models.get(m)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
