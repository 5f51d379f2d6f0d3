package org.dpsieve.label.dpdata;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dpsieve.error.InputException;

/** A Python that runs {@code call_dpdata.py}: a line in, a line out. It ends with this program. */
final class DpdataProcess implements Closeable {
  private static final int END_SECONDS = 5;

  private final Process process;
  private final Writer requests;
  private final BufferedReader answers;

  /**
   * @throws InputException when it cannot be started
   */
  DpdataProcess(Path python) {
    try {
      process =
          new ProcessBuilder(python.toString(), "-c", script())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be started (%s); name a Python that has dpdata in the environment variable DPSIEVE_PYTHON"
              .formatted(python, e.getMessage()),
          e);
    }
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  private static String script() throws IOException {
    try (InputStream in = DpdataProcess.class.getResourceAsStream("call_dpdata.py")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * The answer; empty when it ended without.
   *
   * @throws TimeoutException when there is none in time: then it is of no use any more
   */
  Optional<String> ask(String request, int seconds) throws InterruptedException, TimeoutException {
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                requests.write(request + "\n");
                requests.flush();
                return answers.readLine();
              } catch (IOException e) {
                return null; // it has ended
              }
            },
            DpdataProcess::inBackground);
    try {
      return Optional.ofNullable(answer.get(seconds, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task, "dpdata");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
