package org.dpsieve.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.dpsieve.io.OwnFiles;

/**
 * {@code timings.jsonl}: how long each stage took, one line each. Kept apart from the data, which
 * is the same in every run.
 */
public final class Timings {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<Integer, Map<String, Double>> seconds = new HashMap<>();

  /** With what earlier starts of the run wrote. */
  public Timings(Path file) {
    this.file = file;
    if (!Files.exists(file)) {
      return;
    }
    OwnFiles.lines(file).forEach(this::remember);
  }

  private void remember(String line) {
    try {
      JsonNode entry = JSON.readTree(line);
      if (entry.hasNonNull("iteration") && entry.hasNonNull("stage")) {
        put(
            entry.get("iteration").asInt(),
            entry.get("stage").asText(),
            entry.path("seconds").asDouble());
      }
    } catch (IOException e) {
      // The last line of a killed process may be half a line; a time less is shown.
    }
  }

  private void put(int iteration, String stage, double time) {
    seconds.computeIfAbsent(iteration, i -> new HashMap<>()).put(stage, time);
  }

  /** A stage is done. */
  public void add(int iteration, String stage, double time) {
    put(iteration, stage, time);
    OwnFiles.appendLine(
        file,
        JSON.createObjectNode()
            .put("iteration", iteration)
            .put("stage", stage)
            .put("seconds", Math.round(1000 * time) / 1000.0)
            .put("finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .toString());
  }

  /** Seconds that a stage took in the newest earlier iteration that had it; NaN without one. */
  public double last(String stage, int before) {
    return seconds.entrySet().stream()
        .filter(entry -> entry.getKey() < before && entry.getValue().containsKey(stage))
        .max(Map.Entry.comparingByKey())
        .map(entry -> entry.getValue().get(stage))
        .orElse(Double.NaN);
  }

  /** Seconds by stage; empty for an iteration that was not timed. */
  public Map<String, Double> of(int iteration) {
    return seconds.getOrDefault(iteration, Map.of());
  }
}
