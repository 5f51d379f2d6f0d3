package org.dpsieve.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * One live line on a terminal, as wide as that is: what is done now, and for how long. Elsewhere
 * nothing.
 */
final class ProgressLine implements AutoCloseable {
  private static final long EVERY_MILLIS = 250;
  private static final int BAR = 20;

  private final PrintWriter out;
  private final Thread painter;
  private final TerminalWidth width = new TerminalWidth();

  /** From seconds to text; {@code null} while there is nothing to show. */
  private DoubleFunction<String> what;

  private long since;

  /** Columns of what stands there. */
  private int painted;

  ProgressLine(PrintWriter out) {
    this.out = out;
    this.painter = new Thread(this::paintUntilInterrupted, "progress");
    painter.setDaemon(true);
    if (terminal()) {
      painter.start();
    }
  }

  /** Whether a person looks on: output and input are a terminal. */
  static boolean terminal() {
    return System.console() != null;
  }

  /** Shows this and the time from now on; {@code null} for nothing. */
  synchronized void show(String text) {
    show(text == null ? (DoubleFunction<String>) null : seconds -> text + time(seconds));
  }

  /** Shows what this says of the seconds since now, asked anew for every look. */
  synchronized void show(DoubleFunction<String> text) {
    erase();
    what = text;
    since = System.nanoTime();
  }

  /** Shows another text from now on, while time goes on. */
  synchronized void go(String text) {
    what = seconds -> text + time(seconds);
  }

  /**
   * A step that was done before, and how far it may be by now: by the time it took then.
   *
   * @param before seconds it took the last time; NaN the first time, which has no bar
   */
  static String step(String name, double seconds, double before) {
    if (!(before > 0)) {
      return name + time(seconds);
    }
    int blocks = (int) Math.min(BAR - 1, BAR * seconds / before); // not full before its end
    return String.format(
        Locale.ROOT,
        "%s [%s%s]%s, last time %.0f s",
        name,
        "=".repeat(blocks),
        " ".repeat(BAR - blocks),
        time(seconds),
        before);
  }

  private static String time(double seconds) {
    return String.format(Locale.ROOT, " %.0f s", seconds);
  }

  /** Prints a line above. */
  synchronized void print(String line) {
    erase();
    out.println(line);
    out.flush();
  }

  private void paintUntilInterrupted() {
    try {
      while (true) {
        Thread.sleep(EVERY_MILLIS);
        int columns = width.columns(); // may wait, so not while others are kept waiting
        paint(columns);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void paint(int columns) {
    if (what == null) {
      return;
    }
    // the last column stays free: a full line would begin the next
    String line = fitted(what.apply((System.nanoTime() - since) / 1e9), columns - 1);
    out.print(
        "\r" + line + " ".repeat(Math.max(0, Math.min(painted, columns - 1) - line.length())));
    out.flush();
    painted = line.length();
  }

  /** As much of a line as there is room for. */
  static String fitted(String line, int room) {
    return line.length() <= room ? line : line.substring(0, Math.max(0, room - 1)) + "…";
  }

  private void erase() {
    if (painted > 0) {
      out.print("\r" + " ".repeat(painted) + "\r");
      painted = 0;
    }
  }

  @Override
  public synchronized void close() {
    painter.interrupt();
    erase();
    what = null;
    out.flush();
  }
}
