package org.dpsieve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.OtherInputs;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.JsonFile;
import org.dpsieve.text.Counted;

/**
 * Frames from {@code {"frames": [{"id", "elements", "coord", "box"}]}}: symbols of elements or
 * other names of types; Å; {@code coord} and {@code box} flat or nested; {@code box} null or absent
 * where not periodic; {@code fparam} and {@code aparam} where a model needs them; other keys are
 * ignored.
 */
final class FramesJson {
  private final String place;

  private FramesJson(String place) {
    this.place = place;
  }

  static List<Frame> read(Path file) throws IOException {
    return of(JsonFile.tree(file), file.toString());
  }

  /**
   * @param source where it is from, for messages
   */
  static List<Frame> of(JsonNode root, String source) {
    JsonNode array = root.path("frames");
    if (!array.isArray() || array.isEmpty()) {
      throw new InputException(
          source
              + ": no frames; expected {\"frames\": [{\"elements\": [..], \"coord\": [..]}, ..]}");
    }
    List<Frame> frames = new ArrayList<>();
    for (JsonNode frame : array) {
      String id = frame.path("id").asText(String.valueOf(frames.size()));
      String place = "%s: frames[%d] (%s)".formatted(source, frames.size(), id);
      frames.add(new FramesJson(place).frame(frame, id, frames.size()));
    }
    return frames;
  }

  private Frame frame(JsonNode frame, String id, int index) {
    JsonNode symbols = frame.path("elements");
    if (!symbols.isArray() || symbols.isEmpty()) {
      throw problem("elements", "a list of element symbols or type names", symbols);
    }
    int[] z = new int[symbols.size()];
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < z.length; i++) {
      String name = symbols.get(i).asText();
      TypeNames.problem(name)
          .ifPresent(
              problem -> {
                throw new InputException("%s: elements: %s".formatted(place, problem));
              });
      names.add(name);
      z[i] = TypeNames.number(name);
    }
    double[] coord = numbers(frame.path("coord"), "coord");
    if (coord.length != 3 * z.length) {
      throw new InputException(
          "%s: coord holds %s, expected %d (3 x %s)"
              .formatted(
                  place,
                  Counted.of(coord.length, "number"),
                  3 * z.length,
                  Counted.of(z.length, "atom")));
    }
    JsonNode box = frame.path("box");
    double[] cell = box.isMissingNode() || box.isNull() ? null : numbers(box, "box");
    if (cell != null && cell.length != 9) {
      throw new InputException(
          "%s: box holds %s, expected 9 (three lattice vectors) or null"
              .formatted(place, Counted.of(cell.length, "number")));
    }
    requireNoOtherInputs(frame);
    return new Frame(
        id,
        index,
        z,
        coord,
        cell,
        Labels.NONE,
        optional(frame.path("fparam"), "fparam"),
        optional(frame.path("aparam"), "aparam"),
        TypeNames.of(names));
  }

  /** As of every other file: what no model is asked about says nothing, or is refused. */
  private void requireNoOtherInputs(JsonNode frame) {
    for (String key : OtherInputs.asked()) {
      JsonNode values = frame.path(key);
      double[] numbers =
          values.isNumber()
              ? new double[] {values.doubleValue()}
              : values.isArray() ? numbers(values, key) : new double[0];
      OtherInputs.problem(key, numbers)
          .ifPresent(
              problem -> {
                throw new InputException("%s: %s: %s".formatted(place, key, problem));
              });
    }
  }

  private double[] optional(JsonNode node, String key) {
    return node.isMissingNode() || node.isNull() ? null : numbers(node, key);
  }

  private double[] numbers(JsonNode node, String key) {
    if (!node.isArray()) {
      throw problem(key, "a list of numbers", node);
    }
    List<Double> values = new ArrayList<>();
    collect(node, key, values);
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void collect(JsonNode node, String key, List<Double> values) {
    if (node.isArray()) {
      node.forEach(child -> collect(child, key, values));
    } else if (node.isNumber()) {
      values.add(node.doubleValue());
    } else {
      throw problem(key, "numbers", node);
    }
  }

  private InputException problem(String key, String expected, JsonNode found) {
    return new InputException(
        "%s: %s: found %s, expected %s"
            .formatted(place, key, found.isMissingNode() ? "nothing" : found, expected));
  }
}
