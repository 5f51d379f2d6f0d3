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
  private final List<Path> files;
  private final String branch;
  private final TrainConfig config;
  private final List<String> typeMap;
  private final DpProgram program;
  private DpBodies bodies; // where there are such

  private StartModels(List<Path> files, String branch, RunConfig config) {
    this.files = files;
    this.branch = branch;
    this.config = config.simplify().train();
    this.typeMap = config.simplify().typeMap();
    this.program = program(config.machine().modelDevi());
  }

  static StartModels of(RunConfig config) {
    TrainConfig train = config.simplify().train();
    return new StartModels(train.models(), train.branch(), config);
  }

  /**
   * Others than those of the parameter file.
   *
   * @param files of one model each, in the models' order
   */
  static StartModels of(RunConfig config, List<Path> files) {
    return new StartModels(files, "", config);
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
    return read(files);
  }

  /** One of them as it was given. */
  DeepPotential read(int model) {
    return read(model, files.get(model));
  }

  /**
   * All of them with other output layers.
   *
   * @param others as {@link #write} wrote them, or their own
   */
  List<DeepPotential> read(List<Path> others) {
    List<DeepPotential> models = new ArrayList<>();
    for (int m = 0; m < others.size(); m++) {
      models.add(read(m, others.get(m)));
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
        branch,
        () -> {
          if (bodies == null) {
            bodies = DpBodies.of(files, branch, program);
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
    OutputLayerFiles.write(files.get(model), branch, changed, target);
  }
}
