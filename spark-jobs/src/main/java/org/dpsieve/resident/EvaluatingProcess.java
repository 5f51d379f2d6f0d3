package org.dpsieve.resident;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.dpsieve.error.InputException;
import org.dpsieve.resident.Wire.Answer;
import org.dpsieve.resident.Wire.Block;

/**
 * DeePMD-kit's Python running {@code evaluate.py}: one question at a time, one answer each, over
 * pipes. It ends when this does, and when this JVM does. Not for two threads at once.
 */
final class EvaluatingProcess implements Closeable {
  private static final int LOOK_MILLIS = 100;
  private static final int END_SECONDS = 10;
  private static final int KEPT_LINES = 200;
  private static final int SHOWN_LINES = 3;

  /** Looks after all of them, for reading from a pipe cannot be interrupted. */
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "time limits of DeePMD-kit");
            thread.setDaemon(true);
            return thread;
          });

  private final Process process;
  private final InputStream answers;
  private final OutputStream requests;
  private final Deque<String> said = new ArrayDeque<>();
  private final Thread listener;
  private boolean speaks;

  /** Why there is no answer: it has ended, or was ended. */
  static final class Lost extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean late;

    Lost(String reason, boolean late) {
      super(reason);
      this.late = late;
    }

    /** Whether it was ended, for it did not answer in time. */
    boolean isLate() {
      return late;
    }
  }

  /**
   * Starts it, without waiting.
   *
   * @param environment beside this process's own; what the program's command sets wins
   * @throws InputException when there is no such program
   */
  EvaluatingProcess(DpProgram program, Evaluated evaluated, Map<String, String> environment) {
    String path = program.environment().getOrDefault("PATH", String.valueOf(System.getenv("PATH")));
    DpPython python = evaluated.start(program.command(), path, script());
    ProcessBuilder builder = new ProcessBuilder(python.words());
    environment.forEach(builder.environment()::putIfAbsent);
    builder.environment().putAll(program.environment());
    builder.environment().putAll(python.environment());
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new InputException(
          "'%s': cannot be started: %s. %s"
              .formatted(program.command(), e.getMessage(), evaluated.nameIt()),
          e);
    }
    answers = new BufferedInputStream(process.getInputStream(), 1 << 16);
    requests = new BufferedOutputStream(process.getOutputStream(), 1 << 16);
    listener = new Thread(this::listen, "DeePMD-kit's words");
    listener.setDaemon(true);
    listener.start();
  }

  private static String script() {
    try (InputStream in = EvaluatingProcess.class.getResourceAsStream("evaluate.py")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void listen() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isBlank()) {
          continue;
        }
        synchronized (said) {
          said.addLast(line.strip());
          if (said.size() > KEPT_LINES) {
            said.removeFirst();
          }
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  /**
   * @param most bytes that the answer's arrays can have
   * @param stopped whether nobody wants the answer any more
   * @throws Lost when it ends, or does not answer in time; it is of no use then
   * @throws CancellationException when {@code stopped}
   */
  Answer ask(
      ObjectNode head, List<Block> blocks, long most, Duration limit, BooleanSupplier stopped)
      throws Lost {
    Watch watch = new Watch(limit, stopped);
    try {
      Wire.write(requests, head, blocks);
      if (!speaks) {
        Wire.awaitMagic(answers);
        speaks = true;
      }
      return Wire.read(answers, most);
    } catch (IOException e) {
      throw lost(e, watch, limit);
    } finally {
      watch.end();
      if (watch.late || watch.cancelled) {
        close();
      }
    }
  }

  private Lost lost(IOException e, Watch watch, Duration limit) {
    if (watch.cancelled) {
      throw new CancellationException("nobody wants the answer any more");
    }
    if (watch.late) {
      return new Lost("no answer within %,d s".formatted(limit.toSeconds()), true);
    }
    boolean ended = e instanceof EOFException || String.valueOf(e.getMessage()).contains("pipe");
    String words = lastWords(); // before it is ended
    close();
    return new Lost(ended ? words : e.getMessage() + "; " + words, false);
  }

  /** Ends the process when it is late, or not wanted. */
  private final class Watch {
    private final long deadline;
    private final BooleanSupplier stopped;
    private final Thread asking = Thread.currentThread();
    private final ScheduledFuture<?> looking;
    private volatile boolean late;
    private volatile boolean cancelled;

    Watch(Duration limit, BooleanSupplier stopped) {
      this.deadline = System.nanoTime() + limit.toNanos();
      this.stopped = stopped;
      this.looking =
          CLOCK.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
      cancelled |= asking.isInterrupted() || stopped.getAsBoolean();
      late |= System.nanoTime() - deadline > 0;
      if (late || cancelled) {
        kill();
      }
    }

    void end() {
      looking.cancel(false);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** The script's own watcher ends its children and removes what they wrote, if it is let. */
  private void kill() {
    List<ProcessHandle> others = process.descendants().toList();
    process.destroyForcibly();
    try {
      CompletableFuture.allOf(
              others.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .get(2, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      others.forEach(ProcessHandle::destroyForcibly);
    } catch (InterruptedException e) {
      others.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    }
  }

  /** How it ended, and the last lines it said. */
  private String lastWords() {
    try {
      process.waitFor(END_SECONDS, TimeUnit.SECONDS);
      listener.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<String> lines;
    synchronized (said) {
      lines = List.copyOf(said);
    }
    int code = process.isAlive() ? 0 : process.exitValue();
    return "%s, last lines: %s"
        .formatted(
            code > 128 ? "ended by signal " + (code - 128) : "exit code " + code,
            lines.isEmpty()
                ? "none"
                : String.join(
                    " / ", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size())));
  }

  @Override
  public void close() {
    try {
      requests.close();
    } catch (IOException e) {
      // It has ended.
    }
    try {
      // by itself, now that nobody asks: with its own children, which a launcher hides from us
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }
}
