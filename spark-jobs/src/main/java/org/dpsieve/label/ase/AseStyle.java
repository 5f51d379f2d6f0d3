package org.dpsieve.label.ase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dpsieve.config.reading.Block;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.BatchStyle;
import org.dpsieve.label.LabelIdentity;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.StyleKeys;
import org.dpsieve.label.StyleSettings;

/** {@code fp_style: ase}: a calculator of ASE, by its import path. */
public final class AseStyle extends BatchStyle {
  private static final String CALCULATOR = "calculator";
  private static final String INFO = "info";
  private static final Pattern IMPORT_PATH =
      Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*(\\.[\\p{L}_][\\p{L}\\p{N}_]*)+");

  public AseStyle() {
    super("ase");
  }

  @Override
  public boolean inProcesses() {
    return true;
  }

  @Override
  public Optional<StyleSettings> read(StyleKeys keys) {
    Block file = keys.file();
    if (!file.require(
        PARAMETERS,
        "an object, {\"calculator\": \"package.module.Class\", \"arguments\": {...}}")) {
      return Optional.empty();
    }
    Block params = file.block(PARAMETERS).orElse(null);
    if (params == null) {
      return Optional.empty();
    }
    params.declare(List.of(CALCULATOR, "arguments", INFO, "python", "time_limit"));
    Optional<String> calculator = calculator(params);
    List<Path> files = new ArrayList<>();
    JsonNode arguments =
        AseSettings.withFiles(object(params, "arguments"), files, text -> find(keys, params, text));
    JsonNode info = object(params, INFO);
    checkParameters(INFO, info, params);
    double limit = params.finite("time_limit", 0).orElse(0);
    String python = AsePython.named(keys, params);
    params.finish();
    return calculator.map(
        name ->
            new Settings(
                new AseSettings(
                    name, AseSettings.json(name, arguments, info, limit > 0), files, python, limit),
                keys.typeMap(),
                keys.elements()));
  }

  /** {@code {"fparam": k}}, at any depth, is to name a parameter of frames. */
  private static void checkParameters(String name, JsonNode value, Block params) {
    JsonNode place = value.path("fparam");
    if (!place.isMissingNode() && !(place.isIntegralNumber() && place.asInt() >= 0)) {
      params.error(
          INFO,
          "'%s' is %s, expected {\"fparam\": k} with the number of a frame parameter, from 0"
              .formatted(name, value));
      return;
    }
    value.properties().forEach(inner -> checkParameters(inner.getKey(), inner.getValue(), params));
    if (value.isArray()) {
      value.forEach(inner -> checkParameters(name, inner, params));
    }
  }

  private static Optional<String> calculator(Block params) {
    if (!params.require(CALCULATOR, "the import path of a calculator, package.module.Class")) {
      return Optional.empty();
    }
    Optional<String> path = params.text(CALCULATOR);
    if (path.isPresent() && !IMPORT_PATH.matcher(path.get()).matches()) {
      params.error(
          CALCULATOR,
          "found '%s', expected an import path, as chgnet.model.dynamics.CHGNetCalculator is one"
              .formatted(path.get()));
      return Optional.empty();
    }
    return path;
  }

  private static ObjectNode object(Block params, String key) {
    return params.block(key).map(Block::node).orElseGet(JsonNodeFactory.instance::objectNode);
  }

  /** {@code null}, and reported, where it is not there. */
  private static Path find(StyleKeys keys, Block params, String text) {
    Path file = keys.paths().resolve(text);
    if (Files.isRegularFile(file)) {
      return file;
    }
    params.error("arguments", "no such file: " + keys.paths().lookedFor(text));
    return null;
  }

  private record Settings(AseSettings calculator, List<String> typeMap, TypeElements elements)
      implements StyleSettings {
    @Override
    public String plan() {
      return "by %s of ASE, in processes of '%s' that stay"
          .formatted(calculator.calculator(), calculator.python());
    }

    @Override
    public Labeller labeller() {
      return new AseTeacher("ase", calculator, typeMap, elements);
    }

    @Override
    public LabelIdentity identity() {
      return new LabelIdentity()
          .value(PARAMETERS, calculator.identity())
          .files("files of fp_params.arguments", calculator.files());
    }

    @Override
    public String reference() {
      return "the teacher, " + calculator.calculator();
    }
  }
}
