package org.dpsieve.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.dpsieve.loop.RunListener;
import org.dpsieve.loop.RunTable;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Timings;
import org.dpsieve.loop.Workdir;

/** Shows a run as it goes on, and writes {@code dpsieve.log} and {@code timings.jsonl}. */
final class RunConsole implements RunListener {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private static final long TASKS_EVERY_NANOS = 10_000_000_000L;

  private final Workdir workdir;
  private final ProgressLine progress;
  private final Timings timings;
  private RunTable table;
  private String stage = "";
  private String lastTasks = "";
  private long tasksShown = System.nanoTime() - TASKS_EVERY_NANOS;

  RunConsole(Workdir workdir, ProgressLine progress) {
    this.workdir = workdir;
    this.progress = progress;
    this.timings = new Timings(workdir.timings());
  }

  @Override
  public void started(int iteration, String stage) {
    this.stage = "iteration %d: %-10s".formatted(iteration, stage);
    progress.show(this.stage);
    log("iter.%06d %s: start".formatted(iteration, stage));
  }

  @Override
  public void finished(int iteration, String stage, double seconds) {
    progress.show((String) null);
    timings.add(iteration, stage, seconds);
    log(String.format(Locale.ROOT, "iter.%06d %s: done in %.2f s", iteration, stage, seconds));
    if (!ProgressLine.terminal()) {
      progress.print(
          String.format(Locale.ROOT, "  iteration %d: %s, %.1f s", iteration, stage, seconds));
    }
  }

  @Override
  public void iteration(Summary.Iteration iteration) {
    if (table == null) {
      table = new RunTable(iteration.picks().frames());
      table.header().forEach(this::say);
    }
    say(table.row(iteration, timings.of(iteration.number())));
  }

  /** How the tasks of the stage stand, in a few words; often. */
  synchronized void tasks(String counts) {
    if (ProgressLine.terminal()) {
      progress.show(stage + " " + counts);
    } else if (System.nanoTime() - tasksShown > TASKS_EVERY_NANOS && !counts.equals(lastTasks)) {
      tasksShown = System.nanoTime();
      lastTasks = counts;
      say("  " + stage.strip() + ": tasks " + counts);
    }
  }

  @Override
  public void note(String text) {
    say("note: " + text);
  }

  /** A line for the terminal and the log. */
  void say(String line) {
    progress.print(line);
    log(line);
  }

  private void log(String line) {
    try {
      Files.writeString(
          workdir.root().resolve("dpsieve.log"),
          LocalDateTime.now().format(TIME) + " - " + line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
