package org.dpsieve.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code simplify} and {@code iterate} have in common. */
final class RunArguments {
  @Parameters(
      index = "0",
      paramLabel = "SIMPLIFY_JSON",
      description = "What to do: DP-GEN's parameter file.")
  Path simplify;

  @Parameters(
      index = "1",
      paramLabel = "MACHINE_JSON",
      description = "Who does each step: DP-GEN's machine file.")
  Path machine;

  @Option(
      names = "--workdir",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where the run lives. Default: the current directory.")
  Path workdir;

  @Mixin SparkOptions spark;
}
