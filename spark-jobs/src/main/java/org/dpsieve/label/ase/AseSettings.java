package org.dpsieve.label.ase;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.dpsieve.resident.Limits;

/**
 * A calculator of ASE, as {@code fp_params} names it.
 *
 * @param calculator its import path
 * @param json what the process is to load: {@code calculator}, {@code arguments}, {@code info},
 *     {@code one_at_a_time}
 * @param files that arguments name, in the order of their numbers
 * @param python the Python that has it, as a command without a shell
 * @param timeLimit seconds that a frame may take; 0 for {@link Limits#DEFAULT}
 */
record AseSettings(
    String calculator, String json, List<Path> files, String python, double timeLimit)
    implements Serializable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double NANOS = 1e9;

  AseSettings {
    files = new ArrayList<>(files);
  }

  /**
   * Arguments as they are given, with numbers in the place of the files in them.
   *
   * @param files hears of them
   * @param find where a file is
   */
  static JsonNode withFiles(JsonNode arguments, List<Path> files, Function<String, Path> find) {
    if (arguments.isObject() && arguments.size() == 1 && arguments.path("file").isTextual()) {
      Path file = find.apply(arguments.get("file").textValue());
      if (file == null) {
        return arguments;
      }
      if (!files.contains(file)) {
        files.add(file);
      }
      return JSON.createObjectNode().put("file", files.indexOf(file));
    }
    if (arguments.isObject()) {
      ObjectNode copy = JSON.createObjectNode();
      arguments
          .properties()
          .forEach(entry -> copy.set(entry.getKey(), withFiles(entry.getValue(), files, find)));
      return copy;
    }
    if (arguments.isArray()) {
      ArrayNode copy = JSON.createArrayNode();
      arguments.forEach(item -> copy.add(withFiles(item, files, find)));
      return copy;
    }
    return arguments;
  }

  static String json(String calculator, JsonNode arguments, JsonNode info, boolean alone) {
    ObjectNode all = JSON.createObjectNode();
    all.put("calculator", calculator);
    all.set("arguments", arguments);
    all.set("info", info);
    all.put("one_at_a_time", alone);
    return all.toString();
  }

  /** What labels depend on, but for the files' content. */
  String identity() {
    try {
      ObjectNode all = (ObjectNode) JSON.readTree(json);
      all.remove("one_at_a_time");
      return all.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  Limits limits() {
    if (timeLimit == 0) {
      return Limits.DEFAULT;
    }
    Duration limit = Duration.ofNanos((long) (NANOS * timeLimit));
    return new Limits(Limits.DEFAULT.load(), limit, limit, 0);
  }
}
