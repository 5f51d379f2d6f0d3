package org.dpsieve.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** How many columns the terminal has, which a person may change; Java itself does not know. */
final class TerminalWidth {
  private static final int USUAL = 80;
  private static final int LEAST = 20;
  private static final long EVERY_NANOS = 2_000_000_000L;
  private static final long PATIENCE_MILLIS = 1000;

  private int columns = USUAL;
  private long asked;
  private boolean known = true;

  /** As {@code stty} says, asked now and then; 80 where nobody can tell. */
  int columns() {
    if (known && (asked == 0 || System.nanoTime() - asked > EVERY_NANOS)) {
      asked = System.nanoTime();
      String said = stty();
      known = said != null;
      columns = parsed(said);
    }
    return columns;
  }

  private static String stty() {
    Process process = null;
    try {
      process =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) && process.exitValue() == 0
          ? new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
          : null;
    } catch (IOException e) {
      return null; // no such program, no terminal
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }

  /** Of {@code "24 80"}, rows and columns; a terminal that does not know its size says 0. */
  static int parsed(String size) {
    if (size == null || !size.strip().matches("\\d{1,5} \\d{1,5}")) {
      return USUAL;
    }
    int found = Integer.parseInt(size.strip().split(" ")[1]);
    return found == 0 ? USUAL : Math.max(LEAST, found);
  }
}
