package org.dpsieve.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.TaskOutcome;

/**
 * A task as a process of this machine. It writes its exit code into its folder by itself, so that
 * it may outlive the program that started it and be found again.
 */
public final class LocalProcess {
  /** Fixed text; the task's command and file names are arguments, never part of it. */
  private static final String WRAPPER =
      """
      trap '' INT HUP
      sh -c "$1" >>"$2" 2>&1 </dev/null
      code=$?
      rm -rf dpsieve.exit .dpsieve.exit.writing
      echo $code >.dpsieve.exit.writing && mv .dpsieve.exit.writing dpsieve.exit
      exit $code
      """;

  private static final int KILL_AFTER_SECONDS = 5;

  /** What is above may be a signal's number instead. */
  private static final int HIGHEST_EXIT_CODE = 128;

  /** The longest of the marks in a task's folder, which a task may have spoilt. */
  private static final int MARK_BYTES = 200;

  private final NodeTask task;
  private final ProcessHandle process;

  /** The same as {@link #process}; {@code null} where an earlier program started it. */
  private final Process child;

  private LocalProcess(NodeTask task, ProcessHandle process, Process child) {
    this.task = task;
    this.process = process;
    this.child = child;
  }

  private static Path exitFile(NodeTask task) {
    return task.folder().resolve("dpsieve.exit");
  }

  private static Path processFile(NodeTask task) {
    return task.folder().resolve("dpsieve.pid");
  }

  /** Starts a task afresh. */
  public static LocalProcess start(NodeTask task, Map<String, String> environment)
      throws IOException {
    TaskFiles.clear(task);
    OwnFiles.remove(exitFile(task));
    OwnFiles.remove(processFile(task));
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", WRAPPER, "dpsieve", task.command(), task.log())
            .directory(task.folder().toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    Process child = builder.start();
    LocalProcess started = new LocalProcess(task, child.toHandle(), child);
    try {
      OwnFiles.replace(
          processFile(task),
          (child.pid() + " " + startOf(started.process) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      if (Files.isDirectory(task.folder())) { // else the task itself has removed it already
        started.kill();
        throw e;
      }
    }
    return started;
  }

  private static String startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  /** The process of an earlier program, still running, or ended since and nobody has looked. */
  public static Optional<LocalProcess> find(NodeTask task) {
    if (!RegularFile.exists(processFile(task))) {
      return Optional.empty();
    }
    // The same number may be another process by now; it did not start at the same moment.
    Optional<ProcessHandle> process = Optional.empty();
    try {
      String[] known = RegularFile.text(processFile(task), MARK_BYTES).strip().split(" ");
      if (known.length == 2) {
        process =
            ProcessHandle.of(Long.parseLong(known[0])).filter(p -> startOf(p).equals(known[1]));
      }
    } catch (IOException | NumberFormatException e) {
      // the task has spoilt it: nobody knows its process
    }
    return process.isPresent() || RegularFile.exists(exitFile(task))
        ? Optional.of(new LocalProcess(task, process.orElse(null), null))
        : Optional.empty();
  }

  /** For people. */
  String where() {
    return process == null ? "this machine" : "this machine, process " + process.pid();
  }

  /**
   * Waits for its end.
   *
   * @param limit seconds since its start; 0 for none
   */
  public TaskEnd await(double limit) throws InterruptedException {
    if (process != null && !awaitProcess(limit)) {
      kill();
      forget();
      return TaskEnd.failed(
          task.name(), TaskOutcome.TIMED_OUT, "stopped after %.0f s (time_limit)".formatted(limit));
    }
    String lastLine = LogTail.lastLine(task.folder().resolve(task.log()));
    try {
      // the wrapper was not killed: its word counts, whatever the task did to its folder
      int code = child == null ? Integer.MAX_VALUE : child.waitFor();
      if (code <= HIGHEST_EXIT_CODE) {
        return TaskEnd.of(task.name(), code, lastLine);
      }
      return exitCode()
          .map(written -> TaskEnd.of(task.name(), written, lastLine))
          .orElseGet(
              () ->
                  TaskEnd.failed(
                      task.name(),
                      TaskOutcome.CRASHED,
                      "killed" + (lastLine.isEmpty() ? "" : ": ") + lastLine));
    } finally {
      forget();
    }
  }

  /** What it has written of itself; empty when that is not there, or no number. */
  private Optional<Integer> exitCode() {
    try {
      return Optional.of(Integer.valueOf(RegularFile.text(exitFile(task), MARK_BYTES).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** False when the limit was reached first. */
  private boolean awaitProcess(double limit) throws InterruptedException {
    try {
      if (limit <= 0) {
        process.onExit().get();
        return true;
      }
      Duration ran =
          process
              .info()
              .startInstant()
              .map(start -> Duration.between(start, Instant.now()))
              .orElse(Duration.ZERO);
      long left = (long) (1000 * limit) - ran.toMillis();
      process.onExit().get(Math.max(1, left), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The marks are for those who come after a kill; whoever has the end removes them. */
  private void forget() {
    try {
      OwnFiles.remove(exitFile(task));
      OwnFiles.remove(processFile(task));
    } catch (UncheckedIOException e) {
      // what cannot be removed stops the next attempt, which says so
    }
  }

  /** Kills it with all it has started. */
  public void kill() {
    if (process == null) {
      return;
    }
    var all = new java.util.ArrayList<ProcessHandle>(process.descendants().toList());
    all.add(process);
    all.forEach(ProcessHandle::destroy);
    for (ProcessHandle one : all) {
      try {
        one.onExit().get(KILL_AFTER_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException e) {
        one.destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        one.destroyForcibly();
      }
    }
  }
}
