package org.dpsieve.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A Spark as users install it, {@code pip install pyspark}, with what the notebook needs, and our
 * application jar; without them the calling test is skipped and says so.
 */
public final class PySpark {
  private static final Path ENVIRONMENT = Shared.repository().resolve("target/notebook");

  private PySpark() {}

  /** A program of the environment, e.g. {@code python}. */
  public static String program(String name) {
    Path program = ENVIRONMENT.resolve("bin").resolve(name);
    Assumptions.assumeTrue(
        Files.isExecutable(program),
        "skipped: no " + name + " in target/notebook; scripts/setup-services notebook makes it");
    return program.toString();
  }

  /** {@code SPARK_HOME}. */
  public static Path home() throws IOException {
    program("spark-submit");
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(ENVIRONMENT.resolve("lib"), "python3*")) {
      return found.iterator().next().resolve("site-packages/pyspark");
    }
  }

  /** The jar that {@code mvn package} made. */
  public static Path applicationJar() {
    return Shared.repository().resolve("spark-jobs/target/dpsieve.jar");
  }

  /** Starts a program of that Spark, or one that uses it. */
  public static Process start(Path folder, File log, List<String> command, Map<String, String> more)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(log)
            .redirectOutput(ProcessBuilder.Redirect.PIPE);
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME",
                home().toString(),
                "SPARK_LOCAL_IP",
                "127.0.0.1",
                "JAVA_HOME",
                System.getProperty("java.home"),
                "OMP_NUM_THREADS",
                "1"));
    OwnProcess.compileLess(builder.environment());
    builder.environment().putAll(more);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** What a program prints to its end. */
  public static String run(Path folder, List<String> command, Map<String, String> more)
      throws IOException, InterruptedException {
    File log = Files.createTempFile(folder, "stderr", ".txt").toFile();
    Process process = start(folder, log, command, more);
    try {
      String said = new String(process.getInputStream().readAllBytes());
      if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError(
            "%s\n%s%s".formatted(String.join(" ", command), said, Files.readString(log.toPath())));
      }
      return said;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
