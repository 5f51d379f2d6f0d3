package org.dpsieve.spark.frames;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;

/** Tells failures the user can mend (full disk, no permission) from defects. */
public final class WriteFailure {
  private static final List<String> FULL =
      List.of("No space left on device", "Disk quota exceeded", "There is not enough space");
  private static final List<String> FORBIDDEN =
      List.of(
          "Permission denied", "AccessControlException", "Read-only file system", "AccessDenied");

  private WriteFailure() {}

  /**
   * What to throw for a failure while writing {@code target}: an {@link InputException} where the
   * user can mend it (Spark hides the cause of a failed task in texts, so texts are searched), else
   * the failure itself, wrapped when it is checked.
   */
  public static RuntimeException of(Throwable failure, String target) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InputException input) {
        return input;
      }
    }
    Optional<String> message = message(failure);
    if (message.isPresent()) {
      return new InputException(target + ": " + message.get(), failure);
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(target + ": cannot be written", failure);
  }

  /** What the user can mend, without the name of the target; empty when it is something else. */
  public static Optional<String> message(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (says(cause, FULL)) {
        return Optional.of(
            "the disk is full (the target's, or Spark's scratch folder spark.local.dir); nothing was"
                + " written; free some space and run again");
      }
      if (says(cause, FORBIDDEN)) {
        return Optional.of("cannot be written: " + firstLine(cause.getMessage()));
      }
      if (cause instanceof FileAlreadyExistsException || cause instanceof NotDirectoryException) {
        return Optional.of(
            ((FileSystemException) cause).getFile()
                + ": a file, or a link that leads nowhere, where a folder belongs; remove it and run"
                + " again");
      }
      if (cause instanceof FileSystemException file && !(file instanceof NoSuchFileException)) {
        return Optional.of(
            "%s: cannot be written (%s); mend it, or remove what is in the way, and run again"
                .formatted(
                    file.getFile(),
                    file.getReason() == null
                        ? file.getClass().getSimpleName().replace("Exception", "")
                        : file.getReason()));
      }
    }
    return Optional.empty();
  }

  private static boolean says(Throwable cause, List<String> texts) {
    String text = cause.toString();
    return texts.stream().anyMatch(text::contains);
  }

  private static String firstLine(String text) {
    return text == null ? "no reason given" : text.lines().findFirst().orElse("no reason given");
  }
}
