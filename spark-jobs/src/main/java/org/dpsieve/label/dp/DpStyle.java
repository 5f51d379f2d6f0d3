package org.dpsieve.label.dp;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Numbers;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.BatchStyle;
import org.dpsieve.label.LabelIdentity;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.StyleKeys;
import org.dpsieve.label.StyleSettings;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.text.Counted;

/** {@code fp_style: dp}: Deep Potentials as teachers; several are an ensemble. */
public final class DpStyle extends BatchStyle {
  private static final String MODELS = "models";
  private static final String TRUST = "teacher_trust";

  public DpStyle() {
    super("dp", TRUST);
  }

  @Override
  public boolean inProcesses() {
    return true;
  }

  /** Models know types by their names. */
  @Override
  public boolean needsElements() {
    return false;
  }

  @Override
  public Optional<StyleSettings> read(StyleKeys keys) {
    Block file = keys.file();
    if (!file.require(PARAMETERS, "an object, {\"models\": [\"teacher.pb\", ...]}")) {
      return Optional.empty();
    }
    Block params = file.block(PARAMETERS).orElse(null);
    if (params == null) {
      return Optional.empty();
    }
    params.declare(List.of(MODELS, "command", TRUST));
    List<Path> models = models(keys, params);
    Optional<String> command = params.text("command");
    OptionalDouble trust = trust(file, params, models.size());
    params.finish();
    return models.isEmpty()
        ? Optional.empty()
        : Optional.of(new Settings(models, command, trust, keys.typeMap()));
  }

  private static List<Path> models(StyleKeys keys, Block params) {
    List<Path> models = new ArrayList<>();
    if (!params.require(MODELS, "the paths of the teacher's models, or one with *")) {
      return models;
    }
    for (String text : params.textOrTexts(MODELS).orElse(List.of())) {
      List<Path> found = keys.paths().glob(text);
      if (found.isEmpty()) {
        params.error(MODELS, "no such file: " + keys.paths().lookedFor(text));
      }
      for (Path path : found) {
        try {
          models.add(PackedModels.file(path));
        } catch (InputException e) {
          params.error(MODELS, e.getMessage());
        }
      }
    }
    if (params.node().get(MODELS).isEmpty() && params.node().get(MODELS).isArray()) {
      params.error(MODELS, "found an empty list, expected the path of at least one model");
    }
    return models;
  }

  /** In {@code fp_params}, or beside {@code fp_style}. */
  private static OptionalDouble trust(Block file, Block params, int models) {
    Block where = params.has(TRUST) ? params : file;
    OptionalDouble trust = where.finite(TRUST, Double.MIN_VALUE);
    if (params.has(TRUST) && file.has(TRUST)) {
      file.error(TRUST, "is given here and in fp_params; keep one");
    }
    if (trust.isPresent() && models == 1) {
      where.error(TRUST, "one model disagrees with nobody; name several, or remove this key");
    }
    return trust;
  }

  private record Settings(
      List<Path> models, Optional<String> command, OptionalDouble trust, List<String> typeMap)
      implements StyleSettings {
    @Override
    public String plan() {
      return "by %s: %s%s%s"
          .formatted(
              Counted.of(models.size(), "Deep Potential", "Deep Potentials, their mean"),
              models.stream().map(Path::toString).collect(Collectors.joining(", ")),
              trust.isPresent()
                  ? "; none above max_devi_f %s eV/Å (teacher_trust)"
                      .formatted(Numbers.text(trust.getAsDouble()))
                  : "",
              command.isPresent() ? "; by '%s'".formatted(command.get()) : "");
    }

    /** By our kernels, if they read all of them and no program is named. */
    @Override
    public Labeller labeller() {
      SortedMap<String, String> about = new TreeMap<>();
      for (int m = 0; m < models.size(); m++) {
        Path model = models.get(m);
        if (Files.isRegularFile(model)) {
          about.put(
              "model %d (%s), sha256".formatted(m, model.getFileName()), RegularFile.sha256(model));
        }
      }
      double limit = trust.orElse(Double.NaN);
      if (command.isEmpty()) {
        try {
          List<DeepPotential> read =
              models.stream().map(model -> ModelFiles.read(model, typeMap)).toList();
          return new KernelTeacher(read, limit, about);
        } catch (UnsupportedModelException e) {
          // DeePMD-kit may know it
        }
      }
      return new ResidentTeacher(
          PackedModels.of(models),
          new DpProgram(command.orElseGet(DpProgram::defaultCommand), Map.of()),
          ModelFiles.unnamed(models, typeMap),
          limit,
          about);
    }

    @Override
    public LabelIdentity identity() {
      LabelIdentity identity = new LabelIdentity().files("fp_params.models", models);
      trust.ifPresent(limit -> identity.value(TRUST, Numbers.text(limit)));
      return identity;
    }

    @Override
    public String reference() {
      return models.size() == 1
          ? "the teacher"
          : "the mean of %s".formatted(Counted.of(models.size(), "teacher"));
    }
  }
}
