package org.dpsieve.label.dpdata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;

/**
 * Asks dpdata in a Python process: one for all calls. A file that ends it, or that keeps it busy
 * for too long, costs only its own answer.
 */
final class Dpdata {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 300;

  /** Of this program; {@code null} before it is needed and after it ended. */
  private static DpdataProcess process;

  private Dpdata() {}

  /** A request, to be filled in further. */
  static ObjectNode request(String what, String format) {
    return JSON.createObjectNode().put("do", what).put("format", format);
  }

  /**
   * Has a request answered.
   *
   * @return {@code error}, or what was asked for
   * @throws InputException when there is no Python with dpdata
   */
  static synchronized JsonNode call(ObjectNode request) throws IOException {
    Path python = python();
    boolean fresh = process == null;
    Optional<String> answer = once(python, request);
    if (answer.isEmpty() && !fresh) { // one that was idle for long ends by itself
      answer = once(python, request);
    }
    if (answer.isEmpty()) {
      return JSON.createObjectNode().put("error", "Python ended over it");
    }
    JsonNode said = JSON.readTree(answer.get());
    if (said.has("missing")) {
      throw new InputException(
          "%s has no dpdata (%s), which reads and writes this style's files; pip install dpdata, and name the Python that has it in the environment variable DPSIEVE_PYTHON"
              .formatted(python, said.get("missing").asText()));
    }
    return said;
  }

  /** Empty when the process ended instead. */
  private static Optional<String> once(Path python, ObjectNode request) throws IOException {
    if (process == null) {
      process = new DpdataProcess(python);
    }
    boolean answered = false;
    try {
      Optional<String> answer = process.ask(request.toString(), SECONDS);
      answered = answer.isPresent();
      return answer;
    } catch (TimeoutException e) {
      return Optional.of("{\"error\": \"no answer within %d s\"}".formatted(SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while dpdata was running", e);
    } finally {
      if (!answered) {
        end();
      }
    }
  }

  private static void end() {
    process.close();
    process = null;
  }

  /** DPSIEVE_PYTHON; the Python beside DPSIEVE_DP; python3 on PATH. */
  private static Path python() {
    String named = System.getenv("DPSIEVE_PYTHON");
    if (named != null && !named.isBlank()) {
      return Path.of(named);
    }
    Stream<Path> beside =
        Optional.ofNullable(System.getenv("DPSIEVE_DP"))
            .filter(dp -> !dp.isBlank())
            .map(dp -> Path.of(dp).resolveSibling("python"))
            .stream();
    Stream<Path> onPath =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, "python3"));
    return Stream.concat(beside, onPath)
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "no python3 on PATH: this style's files are read and written by dpdata; name a Python that has it in the environment variable DPSIEVE_PYTHON"));
  }
}
