package org.dpsieve.label.dpdata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TextGeometry;

/**
 * {@code fp_style: custom}: an input file in any format that dpdata writes, an output in any that
 * it reads, as dpgen 0.14 ({@code generator/run.py: make_fp_custom}).
 */
public final class CustomLabeller implements TaskLabeller {
  private static final long serialVersionUID = 1;

  private final List<String> typeMap;
  private final String inputFormat;
  private final String inputName;
  private final OutputReader reader;

  private CustomLabeller(List<String> typeMap, JsonNode given) {
    this.typeMap = List.copyOf(typeMap);
    this.inputFormat = given.path("input_fmt").asText();
    this.inputName = given.path("input_fn").asText();
    this.reader =
        DpdataReader.of(given.path("output_fmt").asText(), given.path("output_fn").asText());
  }

  /**
   * @throws InputException when dpdata knows one of the formats not, or is not there
   */
  public static CustomLabeller load(List<String> typeMap, ProgramConfig config) {
    for (String key : List.of("input_fmt", "output_fmt")) {
      String format = config.parameters().path(key).asText();
      JsonNode answer = ask(Dpdata.request("check", format));
      if (answer.has("error")) {
        throw new InputException(
            "fp_params.%s: dpdata: %s".formatted(key, answer.get("error").asText()));
      }
    }
    return new CustomLabeller(typeMap, config.parameters());
  }

  private static JsonNode ask(ObjectNode request) {
    try {
      return Dpdata.call(request);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String style() {
    return "custom";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.unknown(frame, typeMap);
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    try {
      Path folder = Files.createTempDirectory("dpsieve-input");
      try {
        Path input = folder.resolve("input").resolve(inputName);
        Files.createDirectories(input.getParent());
        ObjectNode request = Dpdata.request("write", inputFormat).put("path", input.toString());
        request.set("frame", description(frame));
        JsonNode answer = Dpdata.call(request);
        if (answer.has("error") || !Files.isRegularFile(input)) {
          throw new InputException(
              "Frame %s: dpdata cannot write it as %s: %s"
                  .formatted(
                      frame.name(),
                      inputFormat,
                      answer.path("error").asText("no file was written")));
        }
        return Map.of(inputName, Files.readAllBytes(input));
      } finally {
        OwnFiles.remove(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode description(Frame frame) {
    ObjectMapper json = new ObjectMapper();
    TextGeometry geometry = TextGeometry.of(frame, typeMap);
    ObjectNode description = json.createObjectNode();
    description.set("names", json.valueToTree(AtomOrder.counts(frame, typeMap).keySet()));
    int[] order = AtomOrder.of(frame, typeMap);
    double[] coord = new double[3 * order.length];
    for (int k = 0; k < order.length; k++) {
      description.withArrayProperty("elements").add(geometry.element(k));
      System.arraycopy(frame.coord(), 3 * order[k], coord, 3 * k, 3);
    }
    description.set("coord", json.valueToTree(coord));
    description.set("cell", json.valueToTree(frame.cell()));
    return description;
  }

  @Override
  public int[] atomOrder(Frame frame) {
    return AtomOrder.of(frame, typeMap);
  }

  @Override
  public OutputReader reader() {
    return reader;
  }
}
