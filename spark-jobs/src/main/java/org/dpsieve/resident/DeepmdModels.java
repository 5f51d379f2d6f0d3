package org.dpsieve.resident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.neighbor.Geometry;
import org.dpsieve.text.Counted;

/**
 * Models of DeePMD-kit.
 *
 * @param models whole paths, in any format that the program reads
 * @param given what types 0, 1 ... are for models that do not name theirs; empty for others
 * @param branch of checkpoints of several models; empty for others
 * @param layers whether {@link Question#layers} will be asked
 * @param property whether they are of another quantity than energies: then {@link Question#VALUES}
 *     is asked, and nothing else
 */
record DeepmdModels(
    List<Path> models, List<String> given, String branch, boolean layers, boolean property)
    implements Evaluated {
  static final String NAME_IT =
      "Name DeePMD-kit's program by model_devi.command in machine.json, or by DPSIEVE_DP; it has to be there, with the models' backend, wherever Spark's tasks run";

  /** Å, about what models see; which cells are skewed does not hang on it. */
  private static final double CUTOFF = 8;

  DeepmdModels {
    models = List.copyOf(models);
    given = List.copyOf(given);
  }

  @Override
  public String name() {
    return "DeePMD-kit";
  }

  @Override
  public DpPython start(String command, String path, String script) {
    return DpPython.of(command, path, script);
  }

  @Override
  public ObjectNode load() {
    ObjectNode head = Wire.head("load");
    ArrayNode paths = head.putArray("models");
    models.forEach(path -> paths.add(path.toString()));
    return head.put("branch", branch).put("layers", layers).put("property", property);
  }

  @Override
  public int count() {
    return models.size();
  }

  @Override
  public Question check() {
    return property ? Question.VALUES : Evaluated.super.check();
  }

  @Override
  public String cannotLoad(String command, JsonNode answer) {
    return LoadFailure.text(
        command,
        answer.path("version").asText("of unknown version"),
        answer.path("kind").asText(),
        answer.path("error").asText());
  }

  @Override
  public String nameIt() {
    return NAME_IT;
  }

  @Override
  public List<String> typeMap(LoadedModels now) {
    return now.typeMap().isEmpty() ? given : now.typeMap();
  }

  @Override
  public Optional<String> problem(Frame frame, LoadedModels now) {
    List<String> typeMap = typeMap(now);
    return FrameCheck.problemBesideLabels(frame)
        .or(
            () ->
                frame.types().stream()
                    .filter(type -> !typeMap.contains(type))
                    .findFirst()
                    .map(
                        type ->
                            "type %s is none of the models' (%s)"
                                .formatted(type, String.join(" ", typeMap))))
        .or(
            () ->
                now.fparam() > 0
                        && frame.fparamCount() != now.fparam()
                        && !(now.defaultFparam() && frame.fparam() == null)
                    ? Optional.of(
                        "%s, the models want %d (fparam.npy)"
                            .formatted(
                                Counted.of(frame.fparamCount(), "frame parameter"), now.fparam()))
                    : Optional.empty())
        .or(
            () ->
                now.aparam() > 0 && frame.aparamCount() != now.aparam()
                    ? Optional.of(
                        "%s of each atom, the models want %d (aparam.npy)"
                            .formatted(Counted.of(frame.aparamCount(), "parameter"), now.aparam()))
                    : Optional.empty());
  }

  @Override
  public int fparam(Frame frame, LoadedModels now) {
    return frame.fparam() == null ? 0 : now.fparam();
  }

  /**
   * With a less skewed basis of the same lattice: DeePMD-kit makes a copy of every atom for every
   * image that the cutoff may reach, as the basis has it, and comes to no end with a skewed one.
   */
  @Override
  public Frame workable(Frame frame) {
    return frame.withGeometry(frame.coord(), Geometry.workableCell(frame.cell(), CUTOFF));
  }

  @Override
  public boolean takesSingleAtoms() {
    return true;
  }
}
