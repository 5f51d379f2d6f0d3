package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;

/**
 * The members of an ensemble out of one model as files beside it, {@code member.000.pt} and so on,
 * for DeePMD-kit, which evaluates nothing else.
 */
final class MemberFiles {
  /** Of all of them. */
  static final Pattern NAMES = Pattern.compile("member\\.\\d+\\.\\w+");

  private MemberFiles() {}

  /**
   * @param solved the one model, trained
   * @param changes of its parameters that make the members, [members][size]
   */
  static void write(
      Path folder,
      StartModels start,
      DeepPotential solved,
      OutputParameters parameters,
      double[][] changes) {
    String name = start.name(0);
    String suffix = name.substring(name.lastIndexOf('.'));
    for (int m = 0; m < changes.length; m++) {
      double[] layer = parameters.read(solved);
      for (int k = 0; k < layer.length; k++) {
        layer[k] += changes[m][k];
      }
      Path file = folder.resolve("member.%03d%s".formatted(m, suffix));
      start.write(0, parameters.write(solved, layer), file);
    }
  }

  /** Those of a folder, in order; the given models where it has none. */
  static List<Path> orElse(List<Path> models) {
    try (Stream<Path> files = Files.list(models.get(0).toAbsolutePath().getParent())) {
      List<Path> members =
          files
              .filter(file -> NAMES.matcher(file.getFileName().toString()).matches())
              .sorted()
              .toList();
      return members.isEmpty() ? models : members;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
