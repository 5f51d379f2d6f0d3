package org.dpsieve.label.property;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;

/**
 * A user's command, run in a task's folder, that prints the value as JSON: a number, a list of
 * numbers, or an object with either under the property's name. What it printed is kept in {@code
 * property.json}, so that it is run once for each frame.
 *
 * @param words of the command, as they are: no shell sees them
 * @param text as the parameter file has them
 * @param seconds after which it is killed
 */
public record PropertyCommand(List<String> words, String text, int seconds)
    implements PropertySource, Serializable {
  static final String KEPT = "property.json";
  static final String SAID = "property.log";

  private static final int SECONDS = 3600;
  private static final int LARGEST = 1 << 24;
  private static final int SHOWN = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  public PropertyCommand {
    words = List.copyOf(words);
  }

  /** With an hour for each frame. */
  public PropertyCommand(List<String> words, String text) {
    this(words, text, SECONDS);
  }

  @Override
  public double[] read(TaskOutputs outputs, Property property) throws IOException {
    Optional<InputStream> kept = outputs.open(KEPT);
    if (kept.isPresent()) {
      try (InputStream in = kept.get()) {
        return value(new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8), property);
      }
    }
    Path folder =
        outputs
            .folder()
            .orElseThrow(
                () ->
                    new InputException(
                        "property_from: a command runs in a task's folder, which is on another file"
                            + " system; expected a --workdir on a disk of this machine and of all"
                            + " executors"));
    byte[] printed = run(folder);
    double[] value = value(new String(printed, StandardCharsets.UTF_8), property);
    OwnFiles.replace(folder.resolve(KEPT), printed);
    return value;
  }

  private byte[] run(Path folder) throws IOException {
    Path printed = Files.createTempFile(folder, ".property", ".json");
    try {
      Process process;
      try {
        process =
            new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(printed.toFile())
                .redirectError(folder.resolve(SAID).toFile())
                .start();
      } catch (IOException e) {
        throw new InputException(
            "property_from: '%s' cannot be started (%s)".formatted(words.get(0), e.getMessage()),
            e);
      }
      try {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
          throw new NoProperty(
              TaskOutcome.TIMED_OUT, "property_from: no end after %d s".formatted(seconds));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("stopped while property_from was running", e);
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      if (process.exitValue() != 0) {
        throw new NoProperty(
            TaskOutcome.CRASHED,
            "property_from: exit code %d%s".formatted(process.exitValue(), lastWord(folder)));
      }
      try (InputStream in = Files.newInputStream(printed)) {
        return in.readNBytes(LARGEST);
      }
    } finally {
      Files.deleteIfExists(printed);
    }
  }

  private static String lastWord(Path folder) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve(SAID))) {
      return new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .reduce((first, second) -> second)
          .map(line -> ": " + shown(line.strip()))
          .orElse("");
    }
  }

  private static String shown(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + " ..." : text;
  }

  /** All that was printed, or else its last line: programs greet. */
  private static double[] value(String printed, Property property) {
    String last = printed.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b);
    JsonNode node = parsed(printed).or(() -> parsed(last)).orElse(null);
    if (node != null && node.isObject()) {
      node = node.get(property.name());
    }
    List<Double> numbers = new ArrayList<>();
    if (node == null || !add(node, numbers) || numbers.isEmpty()) {
      throw new NoProperty(
          TaskOutcome.UNPARSABLE,
          String.format(
              Locale.ROOT,
              "property_from: printed '%s', expected JSON: a finite number, a list of them, or"
                  + " {\"%s\": ...}",
              shown(last.strip()),
              property.name()));
    }
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Optional<JsonNode> parsed(String text) {
    try {
      JsonNode node = JSON.reader().readTree(text);
      return node.isMissingNode() ? Optional.empty() : Optional.of(node);
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** Numbers in their order, of lists in lists too; false where something else is there. */
  private static boolean add(JsonNode node, List<Double> numbers) {
    if (node.isNumber()) {
      numbers.add(node.doubleValue());
      return Double.isFinite(node.doubleValue());
    }
    boolean fine = node.isArray();
    for (JsonNode item : node) {
      fine = fine && add(item, numbers);
    }
    return fine;
  }
}
