package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads {@code simplify.json} and {@code machine.json} and checks both, with everything on this
 * machine that they name. Every problem of both is reported, and before any work.
 */
public final class ConfigReader {
  private ConfigReader() {}

  /**
   * Reads a run's two files.
   *
   * @throws org.dpsieve.error.InputException listing every problem
   */
  public static RunConfig read(Path simplify, Path machine) {
    return read(simplify, machine, Path.of(""));
  }

  /** Whether a section of machine.json, in any of its forms, names this engine. */
  private static boolean says(ParameterFile.Content machine, String section, String engine) {
    if (machine == null) {
      return false;
    }
    JsonNode node = machine.root().path(section);
    JsonNode first = node.isArray() ? node.path(0) : node;
    return first.path("engine").asText().equals(engine);
  }

  /** The same with relative paths taken from {@code current} first. */
  static RunConfig read(Path simplify, Path machine, Path current) {
    Problems problems = new Problems();
    ParameterFile.Content simplifyFile = ParameterFile.read(simplify, problems);
    ParameterFile.Content machineFile = ParameterFile.read(machine, problems);
    SimplifyReader.Read run = null;
    List<Path> models = List.of();
    Block simplifyBlock = null;
    if (simplifyFile != null) {
      simplifyBlock = simplifyFile.block(problems);
      Paths paths = new Paths(current, simplify);
      boolean dpTrains = says(machineFile, "train", "dp");
      boolean dpEvaluates = says(machineFile, "model_devi", "dp");
      run = new SimplifyReader(simplifyBlock, paths, problems, dpTrains).read();
      models =
          new ModelsReader(simplifyBlock, paths, problems, dpTrains && dpEvaluates)
              .read(run.train(), run.typeMap());
    }
    MachineReader.ReadAll steps = null;
    if (machineFile != null) {
      steps = new MachineReader(machineFile.block(problems), problems).read();
    }
    if (run == null || steps == null) {
      problems.throwIfAny();
      throw new IllegalStateException("a file that cannot be read is a problem");
    }
    Engines engines = new Engines(problems, new NodeReader(current));
    Engines.Train train =
        engines.train(
            steps.train(),
            simplifyBlock,
            run.train(),
            models,
            new DpTrainKeys(simplifyBlock, new Paths(current, simplify)));
    MachineConfig machineConfig =
        new MachineConfig(
            machine,
            steps.deepmdVersion(),
            train.section(),
            engines.modelDevi(steps.modelDevi()),
            engines.fp(steps.fp(), run.label(), run.pool().labeled()));
    problems.throwIfAny();
    SimplifyConfig simplifyConfig =
        new SimplifyConfig(
            simplify,
            run.typeMap(),
            run.pool(),
            run.pick(),
            run.trust(),
            new TrainConfig(
                models,
                run.train().inputs().stream().map(TrainingReader.Read::input).toList(),
                run.fpTaskMin(),
                train.dp()),
            run.label());
    return new RunConfig(
        simplifyConfig,
        machineConfig,
        problems.warnings(),
        problems.migrations(),
        problems.notes());
  }
}
