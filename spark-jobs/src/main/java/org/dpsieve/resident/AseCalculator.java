package org.dpsieve.resident;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.text.Counted;

/**
 * A calculator of ASE.
 *
 * @param json {@code calculator}, an import path; {@code arguments}, in which {@code {"file": k}}
 *     is the k-th file; {@code info} of frames; {@code one_at_a_time}
 * @param files whole paths
 * @param symbols of the elements that frames may have
 */
record AseCalculator(String json, List<Path> files, List<String> symbols) implements Evaluated {
  private static final ObjectMapper JSON = new ObjectMapper();

  AseCalculator {
    files = List.copyOf(files);
    symbols = List.copyOf(symbols);
  }

  private ObjectNode tree() {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return tree().path("calculator").asText();
  }

  @Override
  public DpPython start(String command, String path, String script) {
    return DpPython.ofPython(command, script);
  }

  @Override
  public ObjectNode load() {
    ObjectNode head = Wire.head("load");
    head.setAll(tree());
    ArrayNode paths = head.putArray("files");
    files.forEach(file -> paths.add(file.toString()));
    ArrayNode types = head.putArray("symbols");
    symbols.forEach(types::add);
    return head;
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public String cannotLoad(String command, JsonNode answer) {
    String error = answer.path("error").asText();
    return switch (answer.path("kind").asText()) {
      case "import" -> "'%s' cannot import %s: %s".formatted(command, name(), error);
      case "memory" -> "'%s': too little memory to make %s: %s".formatted(command, name(), error);
      default ->
          "'%s' cannot make %s with the arguments given: %s".formatted(command, name(), error);
    };
  }

  @Override
  public String nameIt() {
    return "Name the Python that has the calculator by fp_params.python in the parameter file (a command's --python, dpsieve.python in SQL), or by DPSIEVE_PYTHON; it has to be there, with ASE and NumPy, wherever Spark's tasks run";
  }

  @Override
  public List<String> typeMap(LoadedModels now) {
    return symbols;
  }

  @Override
  public Optional<String> problem(Frame frame, LoadedModels now) {
    return FrameCheck.problemBesideLabels(frame)
        .or(
            () ->
                frame.types().stream()
                    .filter(type -> !symbols.contains(type))
                    .findFirst()
                    .map(type -> "type %s is none of the type map".formatted(type)))
        .or(
            () ->
                frame.fparamCount() < now.fparam()
                    ? Optional.of(
                        "%s, fp_params.info wants %d (fparam.npy)"
                            .formatted(
                                Counted.of(frame.fparamCount(), "frame parameter"), now.fparam()))
                    : Optional.empty());
  }

  @Override
  public int fparam(Frame frame, LoadedModels now) {
    return frame.fparamCount();
  }

  @Override
  public Frame workable(Frame frame) {
    return frame;
  }

  /** Many calculators refuse an atom that has no neighbor. */
  @Override
  public boolean takesSingleAtoms() {
    return false;
  }
}
