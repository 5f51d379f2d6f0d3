package org.dpsieve.cli;

import java.util.Optional;
import org.dpsieve.spark.Versions;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The program: {@code scripts/dpsieve COMMAND}, also the main class of the {@code spark-submit}
 * application.
 */
@Command(
    name = "dpsieve",
    mixinStandardHelpOptions = true,
    versionProvider = Dpsieve.Version.class,
    description = "Transfer learning for Deep Potentials on Apache Spark.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SimplifyCommand.class,
      IterateCommand.class,
      StatusCommand.class,
      ReportCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      RescreenCommand.class,
      ModelDeviCommand.class,
      EvalCommand.class,
      TransferCommand.class,
      DrawsCommand.class,
      PosteriorCommand.class,
      StudyCommand.class,
      D3Command.class,
      LabelsCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      ServeCommand.class,
      CommandLine.HelpCommand.class
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done",
      "2:a file, key or value to correct; the message says which",
      "3:a defect of ours: please report it",
      "4:stalled: a decision is needed"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve simplify simplify.json machine.json --dry-run",
      "  dpsieve simplify simplify.json machine.json --workdir run",
      "  dpsieve COMMAND --help"
    })
public final class Dpsieve {
  private Dpsieve() {}

  /** What {@code --version} says. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"dpsieve " + Versions.dpsieve()};
    }
  }

  /** The command line with its exit codes; what tests call. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Dpsieve());
    for (CommandLine command : commandLine.getSubcommands().values()) {
      command.getCommandSpec().versionProvider(new Version());
    }
    commandLine.setExecutionExceptionHandler((e, command, parsed) -> Failures.ofWork(e, command));
    commandLine.setParameterExceptionHandler(Failures::ofArguments);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    return commandLine;
  }

  public static void main(String[] args) {
    Optional<String> unfit = SparkRelease.problem();
    if (unfit.isPresent()) {
      System.err.println("error: " + unfit.get());
      System.exit(2);
    }
    QuietLog.take();
    CommandLine commandLine = commandLine();
    int code;
    try {
      code = commandLine.execute(args);
    } catch (Error e) { // picocli hands on exceptions alone; no memory has a message of its own
      code = Failures.ofWork(e, commandLine);
    }
    if (code != 0) { // an exit on success would make YARN call the application failed
      System.exit(code);
    }
  }
}
