package org.dpsieve.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dpsieve.loop.RunStatus;
import org.dpsieve.loop.Workdir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpsieve status}: where a run stands. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Say where a run stands. Starts nothing and changes nothing.",
    footerHeading = "%nExamples:%n",
    footer = {"  dpsieve status run", "  dpsieve status --json run"})
final class StatusCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "WORKDIR",
      defaultValue = ".",
      converter = WorkdirOption.class,
      description = "The run's work directory. Default: the current directory.")
  private Path workdir;

  @Option(names = "--json", description = "Print JSON for other programs instead.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    RunStatus status = new RunStatus(new Workdir(workdir));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(status.json());
    } else {
      status.lines().forEach(out::println);
    }
    out.flush();
    return 0;
  }
}
