package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.Set;
import org.dpsieve.node.OnExit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

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
      converter = WorkdirOption.class,
      description =
          "Where the run lives: a folder here, or on any Hadoop file system (hdfs://HOST/run,"
              + " s3a://BUCKET/run). Default: the current directory.")
  Path workdir;

  @Option(
      names = "--on-exit",
      paramLabel = "keep|cancel",
      defaultValue = "keep",
      converter = OnExitConverter.class,
      completionCandidates = Words.OnExit.class,
      description =
          "What becomes of queued and running tasks when this program is stopped (Ctrl-C, SIGTERM):"
              + " they go on and the next call finds them again, or they are cancelled. Default:"
              + " ${DEFAULT-VALUE}.")
  OnExit onExit;

  @Option(
      names = "--accept-change",
      paramLabel = "KEY",
      description =
          "Go on though this key of the parameter file is not what the run was begun with, and"
              + " labels of before and after may not go together; repeat it for each key. Settings"
              + " of training and of how a calculation converges may change without it. All changes"
              + " are recorded in summary.json.")
  Set<String> accepted = Set.of();

  @Mixin SparkOptions spark;

  /** In lower case, as the help has it. */
  static final class OnExitConverter implements ITypeConverter<OnExit> {
    @Override
    public OnExit convert(String text) {
      return switch (text) {
        case "keep" -> OnExit.KEEP;
        case "cancel" -> OnExit.CANCEL;
        default ->
            throw new TypeConversionException(
                "found '%s', expected keep or cancel".formatted(text));
      };
    }
  }
}
