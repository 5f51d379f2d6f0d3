package org.dpsieve.spark.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a training by the output layer leaves beside its models. */
final class BesideModels {
  private static final List<Pattern> NAMES =
      List.of(UncertaintyFiles.NAMES, OldLayerFiles.NAMES, SumsFiles.NAMES, SpreadFiles.NAMES);

  private BesideModels() {}

  /** Copies what is there. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(BesideModels::isOurs).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static boolean isOurs(Path file) {
    String name = file.getFileName().toString();
    return NAMES.stream().anyMatch(names -> names.matcher(name).matches());
  }
}
