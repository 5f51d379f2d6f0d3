package org.dpsieve.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;

/**
 * Frames with DeePMD-kit's own numbers for one or more models: files shaped like {@code
 * expected/small.json}.
 *
 * @param madeBy program and version
 * @param models the models' files, as the maker named them
 */
public record Goldens(String madeBy, List<String> models, List<Evaluated> frames) {
  /**
   * @param expected one per model
   */
  public record Evaluated(Frame frame, List<Prediction> expected) {}

  public static Goldens read(Path file) {
    try {
      return of(new ObjectMapper().readTree(file.toFile()), file.getFileName().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param name for messages
   */
  public static Goldens of(JsonNode root, String name) {
    List<String> models = new ArrayList<>();
    root.path("models").forEach(model -> models.add(model.asText()));
    List<Evaluated> frames = new ArrayList<>();
    for (JsonNode frame : root.path("frames")) {
      List<Prediction> expected = new ArrayList<>();
      frame.path("models").forEach(model -> expected.add(prediction(model)));
      frames.add(new Evaluated(frame(frame), expected));
    }
    if (frames.isEmpty() || models.isEmpty()) {
      throw new IllegalArgumentException(name + ": no frames or models in it");
    }
    return new Goldens(root.path("made_by").asText(), models, frames);
  }

  /** One frame of such a file. */
  public static Frame frame(JsonNode frame) {
    JsonNode elements = frame.path("elements");
    int[] z = new int[elements.size()];
    for (int i = 0; i < z.length; i++) {
      z[i] = Elements.number(elements.get(i).asText()).orElseThrow();
    }
    double[] cell = frame.path("box").isArray() ? numbers(frame.path("box")) : null;
    return new Frame(
        frame.path("id").asText(),
        0,
        z,
        numbers(frame.path("coord")),
        cell,
        Labels.NONE,
        frame.has("fparam") ? numbers(frame.path("fparam")) : null,
        frame.has("aparam") ? numbers(frame.path("aparam")) : null);
  }

  private static Prediction prediction(JsonNode model) {
    return new Prediction(
        model.path("energy").asDouble(),
        numbers(model.path("force")),
        numbers(model.path("virial")),
        numbers(model.path("atom_energy")));
  }

  private static double[] numbers(JsonNode array) {
    List<Double> values = new ArrayList<>();
    collect(array, values);
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void collect(JsonNode node, List<Double> values) {
    if (node.isArray()) {
      node.forEach(child -> collect(child, values));
    } else {
      values.add(node.asDouble());
    }
  }
}
