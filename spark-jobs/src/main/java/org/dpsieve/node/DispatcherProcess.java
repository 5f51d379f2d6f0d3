package org.dpsieve.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dpsieve.error.InputException;

/**
 * The user's Python with dpdispatcher in it, running {@code dispatch.py}: JSON lines both ways.
 * What the machine needs of passwords goes through its standard input alone.
 */
final class DispatcherProcess implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN_LINES = 5;

  private final String python;
  private final Secrets secrets;
  private final Process process;
  private final BufferedReader events;
  private final Writer requests;
  private final Deque<String> said = new ArrayDeque<>();
  private final Thread listener;

  DispatcherProcess(String python, ObjectNode request, Secrets secrets) {
    this.python = python;
    this.secrets = secrets;
    try {
      process = new ProcessBuilder(python, "-u", "-c", script()).start();
      events = process.inputReader(StandardCharsets.UTF_8);
      requests = process.outputWriter(StandardCharsets.UTF_8);
      listener = new Thread(this::listen, "dpdispatcher");
      listener.setDaemon(true);
      listener.start();
      send(JSON.writeValueAsString(request));
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be started (%s). It runs the backend dpdispatcher; name a Python that has it with dpdispatcher_python in machine.json or DPSIEVE_DPDISPATCHER_PYTHON, after: python3 -m venv ENV && ENV/bin/pip install dpdispatcher"
              .formatted(python, e.getMessage()),
          e);
    }
  }

  private static String script() throws IOException {
    try (InputStream in = DispatcherProcess.class.getResourceAsStream("dispatch.py")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void listen() {
    try (BufferedReader errors = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = errors.readLine(); line != null; line = errors.readLine()) {
        synchronized (said) {
          said.addLast(secrets.mask(line));
          if (said.size() > SHOWN_LINES) {
            said.removeFirst();
          }
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  /** Says something; what does not arrive is of no use any more. */
  void send(String line) {
    try {
      requests.write(line + "\n");
      requests.flush();
    } catch (IOException e) {
      // It has ended: the next event says so.
    }
  }

  /**
   * The next event.
   *
   * @throws InputException when the dispatcher reports that it cannot go on, or has died
   */
  JsonNode next() {
    try {
      String line = events.readLine();
      if (line == null) {
        process.waitFor(1, TimeUnit.SECONDS);
        listener.join(1000);
        throw new InputException(
            "dpdispatcher (run by %s) has ended unexpectedly:%n%s".formatted(python, lastWords()));
      }
      JsonNode event = JSON.readTree(line);
      if (event.path("event").asText().equals("error")) {
        String hint =
            event.path("kind").asText().equals("import")
                ? ". Install it there (pip install dpdispatcher), or name another Python with dpdispatcher_python in machine.json or DPSIEVE_DPDISPATCHER_PYTHON"
                : "";
        throw new InputException(
            "dpdispatcher, run by %s: %s%s"
                .formatted(python, secrets.mask(event.path("message").asText()).strip(), hint));
      }
      return event;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String lastWords() {
    synchronized (said) {
      return said.isEmpty() ? "(it said nothing)" : String.join("\n", List.copyOf(said));
    }
  }

  /** Lets it end: it leaves its jobs alone, unless told to cancel them before. */
  void end(int seconds) {
    close();
    await(seconds);
  }

  /** Waits for its end after {@code cancel}. */
  void await(int seconds) {
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroy();
    }
  }

  @Override
  public void close() {
    try {
      requests.close();
    } catch (IOException e) {
      // It has ended.
    }
  }
}
