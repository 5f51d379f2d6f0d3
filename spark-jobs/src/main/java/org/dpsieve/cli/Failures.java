package org.dpsieve.cli;

import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.Versions;
import org.dpsieve.spark.frames.WriteFailure;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a person is told of a failure, and the exit code that goes with it. */
final class Failures {
  private static final int USER = 2;
  private static final int DEFECT = 3;

  /** How Spark quotes what a task threw; the message may have several lines. */
  private static final Pattern QUOTED =
      Pattern.compile(
          "org\\.dpsieve\\.error\\.\\w*Exception: (.*?)(?=\\R\\s*at |\\R\\s*\\R|\\z)",
          Pattern.DOTALL);

  /** How Spark says that a file of a table could not be read. */
  private static final Pattern UNREADABLE =
      Pattern.compile(
          "(?:while reading file|Could not read footer for file:?)"
              + " (?:file:(?://)?)?(\\S+?\\.parquet)");

  private static final Pattern NO_PAIR =
      Pattern.compile(
          "Value for option option '(\\S+)' \\((\\S+)\\) should be in KEY=VALUE\\S* format but was (.*)",
          Pattern.DOTALL);

  private Failures() {}

  /** Of a command that was under way. */
  static int ofWork(Throwable failure, CommandLine command) {
    PrintWriter err = command.getErr();
    if (isEnding()) {
      err.println("stopped before it was done");
      return USER; // nobody sees it: the signal has its own
    }
    Optional<String> message = forUser(failure);
    if (message.isPresent()) {
      err.println("error: " + message.get());
      return USER;
    }
    err.println("This is a defect of dpsieve; please report it with the lines below.");
    failure.printStackTrace(err);
    return DEFECT;
  }

  /** Whether this JVM was told to end: Spark goes first then, and whatever waits for it fails. */
  private static boolean isEnding() {
    Thread hook = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      Runtime.getRuntime().removeShutdownHook(hook);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** What the user can mend, wherever in the chain of causes it is said. */
  static Optional<String> forUser(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InputException) {
        return Optional.of(cause.getMessage());
      }
      if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
        return Optional.of(cause.getMessage() + ": not found; expected a file or folder there");
      }
      if (cause instanceof AccessDeniedException denied) {
        return Optional.of(
            denied.getFile() + ": permission denied; mend the access or choose another");
      }
      if (cause instanceof OutOfMemoryError) {
        return Optional.of(
            "out of memory (%s); give more: DPSIEVE_MEMORY=8g scripts/dpsieve ..., or with spark-submit --driver-memory and --executor-memory"
                .formatted(cause.getMessage()));
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LinkageError && SparkRelease.differs()) {
        return Optional.of(SparkRelease.unfit(Versions.spark()) + " (" + cause + ")");
      }
      Matcher quoted = QUOTED.matcher(String.valueOf(cause.getMessage()));
      if (quoted.find()) {
        return Optional.of(quoted.group(1).strip());
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Matcher file = UNREADABLE.matcher(String.valueOf(cause.getMessage()));
      if (file.find()) {
        return Optional.of(
            "%s: damaged, or no Parquet file (%s); put back what was there, or remove its folder and have it made anew"
                .formatted(file.group(1), innermost(cause)));
      }
    }
    return WriteFailure.message(failure);
  }

  private static String innermost(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String message =
        last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
    return message.lines().findFirst().orElse("");
  }

  /** As picocli says it, pairs that are none in our words. */
  private static String ofPicocli(String message) {
    Matcher pair = NO_PAIR.matcher(message);
    return pair.matches()
        ? "%s: found '%s', expected %s, several with commas"
            .formatted(pair.group(1), pair.group(3), pair.group(2))
        : message
            .replaceFirst("^Error: ", "")
            .replaceFirst("' is not an? (int|long)$", "' is not a whole number")
            .replaceFirst("' is not a double$", "' is not a number");
  }

  /** Of the command line itself. */
  static int ofArguments(ParameterException problem, String[] arguments) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("error: " + ofPicocli(problem.getMessage()));
    UnmatchedArgumentException.printSuggestions(problem, err);
    err.printf("Try '%s --help'.%n", command.getCommandSpec().qualifiedName());
    return USER;
  }
}
