package org.dpsieve.spark.frames;

import java.util.List;
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
      if (says(cause, FULL)) {
        return new InputException(
            "%s: the disk is full (the target's, or Spark's scratch folder spark.local.dir); nothing was"
                    .formatted(target)
                + " written; free some space and run again",
            failure);
      }
      if (says(cause, FORBIDDEN)) {
        return new InputException(
            target + ": cannot be written: " + firstLine(cause.getMessage()), failure);
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(target + ": cannot be written", failure);
  }

  private static boolean says(Throwable cause, List<String> texts) {
    String text = cause.toString();
    return texts.stream().anyMatch(text::contains);
  }

  private static String firstLine(String text) {
    return text == null ? "no reason given" : text.lines().findFirst().orElse("no reason given");
  }
}
