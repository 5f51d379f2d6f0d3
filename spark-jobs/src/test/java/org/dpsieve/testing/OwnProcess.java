package org.dpsieve.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The program in a process of its own, so that a test can kill it. */
public final class OwnProcess {
  private OwnProcess() {}

  /** {@code simplify} on one core, both its outputs to one file. */
  public static ProcessBuilder simplify(Path simplify, Path machine, Path workdir, Path log) {
    return of(log, "simplify", simplify, machine, "--workdir", workdir, "--master", "local[1]");
  }

  /** Any command, both its outputs to one file. */
  public static ProcessBuilder of(Path log, Object... command) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "@" + Shared.repository().resolve("conf/jvm.flags"),
                "@" + Shared.repository().resolve("conf/test-jvm.flags"),
                "-cp",
                System.getProperty("java.class.path"),
                "org.dpsieve.cli.Dpsieve"));
    Stream.of(command).map(Object::toString).forEach(words::add);
    return new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
  }

  /**
   * Every Java that a process with this environment starts, itself or by others, compiles with the
   * thresholds of conf/test-jvm.flags: drivers and executors of short runs take two thirds of the
   * time then.
   */
  public static void compileLess(Map<String, String> environment) throws IOException {
    try (Stream<String> flags = Files.lines(Shared.repository().resolve("conf/test-jvm.flags"))) {
      environment.put(
          "JDK_JAVA_OPTIONS",
          flags.filter(flag -> flag.startsWith("-XX:Tier")).collect(Collectors.joining(" ")));
    }
  }
}
