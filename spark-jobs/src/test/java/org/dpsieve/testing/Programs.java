package org.dpsieve.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The real programs that tests label frames with; {@code scripts/setup-services} installs them. */
public final class Programs {
  private Programs() {}

  /**
   * The program that an environment variable names, else the first of some names on PATH; the test
   * is skipped where there is none.
   */
  public static Path find(String variable, String... names) {
    Optional<Path> found =
        Stream.concat(
                Stream.ofNullable(System.getenv(variable)).filter(name -> !name.isBlank()),
                Stream.of(names)
                    .flatMap(
                        name ->
                            Stream.of(System.getenv("PATH").split(":"))
                                .map(folder -> folder + "/" + name)))
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(
        found.isPresent(),
        () ->
            "skipped: no %s on PATH, and %s names none (scripts/setup-services installs it)"
                .formatted(String.join(" or ", names), variable));
    return found.get();
  }

  /** Runs a program in a folder, one thread, its output to a file there; returns its exit code. */
  public static int run(Path folder, String output, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(Map.of("OMP_NUM_THREADS", "1", "GFORTRAN_UNBUFFERED_ALL", "1"));
    Process process =
        builder
            .redirectOutput(folder.resolve(output).toFile())
            .redirectError(folder.resolve("stderr").toFile())
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end within 10 minutes");
    }
    return process.exitValue();
  }

  /** Writes input files. */
  public static void write(Path folder, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }
}
