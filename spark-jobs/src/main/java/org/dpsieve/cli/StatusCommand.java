package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dpsieve.loop.RunStatus;
import org.dpsieve.loop.Workdir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpsieve status}: where a run stands. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Say where a run stands. Starts nothing and changes nothing.",
    footerHeading = "%nExamples:%n",
    footer = {"  dpsieve status run"})
final class StatusCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "WORKDIR",
      defaultValue = ".",
      description = "The run's work directory. Default: the current directory.")
  private Path workdir;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    new RunStatus(new Workdir(workdir)).lines().forEach(spec.commandLine().getOut()::println);
    return 0;
  }
}
