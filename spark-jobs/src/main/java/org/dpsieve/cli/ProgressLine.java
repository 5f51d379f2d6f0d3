package org.dpsieve.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.sql.SparkSession;

/**
 * One live line on a terminal: what is done now, for how long, and how many of Spark's tasks are
 * through. Elsewhere nothing.
 */
final class ProgressLine implements AutoCloseable {
  private static final long EVERY_MILLIS = 250;
  private static final int WIDTH = 78;

  private final PrintWriter out;
  private final Thread painter;
  private Supplier<String> what;
  private long since;
  private boolean painted;

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

  /** Shows this from now on; {@code null} for nothing. */
  synchronized void show(String text) {
    show(text == null ? (Supplier<String>) null : () -> text + " " + tasks());
  }

  /** Shows what this says from now on, asked anew for every look. */
  synchronized void show(Supplier<String> text) {
    erase();
    what = text;
    since = System.nanoTime();
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
        paint();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void paint() {
    if (what == null) {
      return;
    }
    String line =
        String.format(Locale.ROOT, "%s %.0f s", what.get(), (System.nanoTime() - since) / 1e9);
    out.print("\r" + (line + " ".repeat(WIDTH)).substring(0, WIDTH));
    out.flush();
    painted = true;
  }

  /** Of all stages that run now. */
  private static String tasks() {
    if (SparkSession.getDefaultSession().isEmpty()) {
      return "";
    }
    JavaSparkStatusTracker tracker =
        new JavaSparkContext(SparkSession.getDefaultSession().get().sparkContext()).statusTracker();
    int done = 0;
    int all = 0;
    for (int job : tracker.getActiveJobIds()) {
      SparkJobInfo info = tracker.getJobInfo(job);
      for (int stage : info == null ? new int[0] : info.stageIds()) {
        SparkStageInfo stageInfo = tracker.getStageInfo(stage);
        if (stageInfo != null) {
          done += stageInfo.numCompletedTasks();
          all += stageInfo.numTasks();
        }
      }
    }
    int blocks = all == 0 ? 0 : 20 * done / all;
    return "["
        + "=".repeat(blocks)
        + " ".repeat(20 - blocks)
        + "] "
        + (all == 0 ? "" : done + "/" + all);
  }

  private void erase() {
    if (painted) {
      out.print("\r" + " ".repeat(WIDTH) + "\r");
      painted = false;
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
