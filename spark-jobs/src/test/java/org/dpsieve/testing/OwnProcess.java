package org.dpsieve.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
}
