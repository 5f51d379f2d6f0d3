package org.dpsieve.label.dpdata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;

/** Calls dpdata in a Python process: arguments in, JSON out. */
final class Dpdata {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 300;

  private Dpdata() {}

  /**
   * Runs the script beside this class.
   *
   * @return what it prints: {@code error}, or what was asked for
   * @throws InputException when there is no Python with dpdata
   */
  static JsonNode call(String... arguments) throws IOException {
    Path python = python();
    Path output = Files.createTempFile("dpsieve-dpdata", ".json");
    try {
      List<String> command = new ArrayList<>(List.of(python.toString(), "-c", script()));
      command.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return error("no answer within %d s".formatted(SECONDS));
      }
      String text = Files.readString(output, StandardCharsets.UTF_8);
      int last = text.strip().lastIndexOf('\n') + 1; // what libraries print comes before
      if (process.exitValue() != 0 || text.isBlank()) {
        return error("the process ended with exit code " + process.exitValue());
      }
      JsonNode answer = JSON.readTree(text.strip().substring(last));
      if (answer.has("missing")) {
        throw new InputException(
            "%s has no dpdata (%s), which reads and writes this style's files; pip install dpdata, and name the Python that has it in the environment variable DPSIEVE_PYTHON"
                .formatted(python, answer.get("missing").asText()));
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while dpdata was running", e);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static JsonNode error(String message) {
    return JSON.createObjectNode().put("error", message);
  }

  private static String script() throws IOException {
    try (InputStream in = Dpdata.class.getResourceAsStream("call_dpdata.py")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
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
