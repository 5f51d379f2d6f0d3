package org.dpsieve.testing;

import java.nio.file.Path;

/** The program in a process of its own, so that a test can kill it. */
public final class OwnProcess {
  private OwnProcess() {}

  /** {@code simplify} on one core, both its outputs to one file. */
  public static ProcessBuilder simplify(Path simplify, Path machine, Path workdir, Path log) {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "@" + Shared.repository().resolve("conf/jvm.flags"),
            "-cp",
            System.getProperty("java.class.path"),
            "org.dpsieve.cli.Dpsieve",
            "simplify",
            simplify.toString(),
            machine.toString(),
            "--workdir",
            workdir.toString(),
            "--master",
            "local[1]")
        .redirectErrorStream(true)
        .redirectOutput(log.toFile());
  }
}
