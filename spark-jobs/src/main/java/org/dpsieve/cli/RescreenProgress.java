package org.dpsieve.cli;

import java.util.Locale;
import org.dpsieve.spark.rescreen.RescreenListener;
import org.dpsieve.spark.rescreen.Workload;
import org.dpsieve.text.Counted;

/**
 * A live line with frames/s, atoms/s and the time left on a terminal; elsewhere a line now and
 * then.
 */
final class RescreenProgress implements RescreenListener, AutoCloseable {
  private static final long LINE_EVERY_MILLIS = 30_000;
  private static final int BAR = 10;

  private final ProgressLine line;
  private Thread reporter;

  RescreenProgress(ProgressLine line) {
    this.line = line;
  }

  @Override
  public void say(String text) {
    line.print(text);
  }

  @Override
  public void stage(String what) {
    stopReporter();
    line.show(what);
  }

  @Override
  public void evaluating(Workload work, Progress progress) {
    line.print(work.estimate());
    long start = System.nanoTime();
    line.show(seconds -> text(work, progress.frames(), progress.atoms(), seconds));
    if (!ProgressLine.terminal()) {
      reporter = new Thread(() -> report(work, progress, start), "rescreen progress");
      reporter.setDaemon(true);
      reporter.start();
    }
  }

  private void report(Workload work, Progress progress, long start) {
    try {
      while (true) {
        Thread.sleep(LINE_EVERY_MILLIS);
        line.print(text(work, progress, start));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String text(Workload work, Progress progress, long start) {
    return text(work, progress.frames(), progress.atoms(), (System.nanoTime() - start) / 1e9);
  }

  /**
   * What matters first, as a terminal's line has an end: {@code [==== ] 41 %, 900 frames/s, 18,000
   * atoms/s, 1 min 5 s left; 41,000 of 100,000 frames}.
   */
  static String text(Workload work, long frames, long atoms, double seconds) {
    double part = work.atoms() == 0 ? 1 : Math.min(1, (double) atoms / work.atoms());
    int blocks = (int) (BAR * part);
    return String.format(
        Locale.ROOT,
        "[%s%s] %.0f %%, %,.0f frames/s, %,.0f atoms/s, %s left; %,d of %s",
        "=".repeat(blocks),
        " ".repeat(BAR - blocks),
        Math.floor(100 * part),
        frames / seconds,
        atoms / seconds,
        Workload.duration(atoms == 0 ? work.seconds() : seconds * (1 - part) / part),
        frames,
        Counted.of(work.frames(), "frame"));
  }

  private void stopReporter() {
    if (reporter != null) {
      reporter.interrupt();
      reporter = null;
    }
  }

  @Override
  public void close() {
    stopReporter();
    line.close();
  }
}
