package org.dpsieve.cli;

import java.io.PrintWriter;
import org.dpsieve.error.InputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The program: {@code scripts/dpsieve COMMAND}, also the main class of the {@code spark-submit}
 * application.
 */
@Command(
    name = "dpsieve",
    mixinStandardHelpOptions = true,
    version = "dpsieve 0.1.0",
    description = "Transfer learning for Deep Potentials on Apache Spark.",
    subcommands = {
      D3Command.class,
      SimplifyCommand.class,
      IterateCommand.class,
      StatusCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      ModelDeviCommand.class,
      EvalCommand.class,
      TransferCommand.class,
      CommandLine.HelpCommand.class
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done",
      "2:a file, key or value to correct; the message says which",
      "3:a defect of ours: please report it",
      "4:stalled: a decision is needed"
    })
public final class Dpsieve {
  private Dpsieve() {}

  /** The command line with its exit codes; what tests call. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Dpsieve());
    commandLine.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          PrintWriter err = command.getErr();
          if (e instanceof InputException) {
            err.println("error: " + e.getMessage());
            return 2;
          }
          err.println("This is a defect of dpsieve; please report it with the lines below.");
          e.printStackTrace(err);
          return 3;
        });
    return commandLine;
  }

  public static void main(String[] args) {
    int code = commandLine().execute(args);
    if (code != 0) { // an exit on success would make YARN call the application failed
      System.exit(code);
    }
  }
}
