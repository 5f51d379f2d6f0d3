package org.dpsieve.spark.loop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.config.MachineConfig;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.TrainConfig;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.spark.deviation.DpBodies;

/**
 * The models that a run was given, as its training starts from them: read here, or evaluated by
 * DeePMD-kit.
 */
final class StartModels {
  private final TrainConfig config;
  private final List<String> typeMap;
  private final DpProgram program;
  private DpBodies bodies; // where there are such

  StartModels(TrainConfig config, List<String> typeMap, DpProgram program) {
    this.config = config;
    this.typeMap = typeMap;
    this.program = program;
  }

  static StartModels of(RunConfig config) {
    return new StartModels(
        config.simplify().train(),
        config.simplify().typeMap(),
        program(config.machine().modelDevi()));
  }

  /** DeePMD-kit's program, where models are evaluated by it. */
  static DpProgram program(MachineConfig.Section section) {
    Map<String, String> environment = new LinkedHashMap<>();
    if (section.resources().get("envs") instanceof Map<?, ?> envs) {
      envs.forEach((name, value) -> environment.put(String.valueOf(name), String.valueOf(value)));
    }
    return new DpProgram(section.command().orElseGet(DpProgram::defaultCommand), environment);
  }

  List<DeepPotential> read() {
    return read(config.models());
  }

  /** One of them as it was given. */
  DeepPotential read(int model) {
    return read(model, config.models().get(model));
  }

  /**
   * All of them with other output layers.
   *
   * @param files as {@link #write} wrote them, or their own
   */
  List<DeepPotential> read(List<Path> files) {
    List<DeepPotential> models = new ArrayList<>();
    for (int m = 0; m < files.size(); m++) {
      models.add(read(m, files.get(m)));
    }
    return models;
  }

  /**
   * One of them with another output layer.
   *
   * @param model its place
   * @param file as {@link #write} wrote it, or its own
   */
  DeepPotential read(int model, Path file) {
    return OutputLayerFiles.read(
        file,
        typeMap,
        config.branch(),
        () -> {
          if (bodies == null) {
            bodies = DpBodies.of(config.models(), config.branch(), program);
          }
          return bodies.evaluator(model);
        });
  }

  /** What a copy of a model is called. */
  String name(int model) {
    return config.modelName(model);
  }

  /** Whether DeePMD-kit evaluates them. */
  boolean areForeign() {
    return isForeign(read());
  }

  private static boolean isForeign(List<DeepPotential> models) {
    return models.stream().anyMatch(model -> model.descriptor() instanceof Foreign);
  }

  /**
   * Writes a copy of a model with another output layer.
   *
   * @param model its place
   */
  void write(int model, DeepPotential changed, Path target) {
    OutputLayerFiles.write(config.models().get(model), config.branch(), changed, target);
  }
}
