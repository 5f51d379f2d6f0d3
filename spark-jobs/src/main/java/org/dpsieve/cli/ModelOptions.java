package org.dpsieve.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import picocli.CommandLine.Option;

/** The ensemble of a command. */
final class ModelOptions {
  @Option(
      names = {"-m", "--models"},
      arity = "1..*",
      paramLabel = "FILE",
      description = "Frozen models. Default: graph.*.pb of this folder.")
  private List<Path> files;

  /** The files as given, in order; without any, those of this folder by name. */
  List<Path> files() {
    if (files != null) {
      return files;
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> here = Files.newDirectoryStream(Path.of(""), "graph.*.pb")) {
      here.forEach(found::add);
    } catch (IOException e) {
      throw new InputException("this folder cannot be listed: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new InputException("no graph.*.pb in this folder; name the models: -m FILE...");
    }
    found.sort(null);
    return found;
  }

  List<DeepPotential> read() {
    return files().stream().map(ModelFiles::read).toList();
  }
}
