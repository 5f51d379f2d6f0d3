package org.dpsieve.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The real DeePMD-kit, where it is installed; a test that asks for it is skipped elsewhere. */
public final class DeepmdKit {
  private DeepmdKit() {}

  /** The {@code dp} program that the environment variable DPSIEVE_DP names, else that on PATH. */
  public static Path dp() {
    Optional<Path> found =
        Stream.concat(
                Stream.ofNullable(System.getenv("DPSIEVE_DP")).filter(name -> !name.isBlank()),
                Pattern.compile(File.pathSeparator)
                    .splitAsStream(Optional.ofNullable(System.getenv("PATH")).orElse(""))
                    .map(folder -> folder + File.separator + "dp"))
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(
        found.isPresent(), "skipped: no DeePMD-kit (dp) on PATH, and DPSIEVE_DP names none");
    return found.get().toAbsolutePath();
  }

  /** The Python that has the deepmd package: beside {@code dp}. */
  public static Path python() {
    Path python = dp().resolveSibling("python");
    Assumptions.assumeTrue(
        Files.isExecutable(python), () -> "skipped: no Python beside " + dp() + ": " + python);
    return python;
  }
}
