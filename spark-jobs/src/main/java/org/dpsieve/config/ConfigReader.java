package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.model.Precision;

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

  /** The engine that a section of machine.json names, in any of its forms; empty for none. */
  private static String engine(ParameterFile.Content machine, String section) {
    if (machine == null) {
      return "";
    }
    JsonNode node = machine.root().path(section);
    JsonNode first = node.isArray() ? node.path(0) : node;
    return first.path("engine").asText();
  }

  private static Optional<String> shortRangeTable(Block simplify, String trains) {
    return trains.equals("dp") && simplify.given("srtab_file_path")
        ? Optional.of("srtab_file_path: models with a short-range table")
        : Optional.empty();
  }

  /** The same with relative paths taken from {@code current} first. */
  static RunConfig read(Path simplify, Path machine, Path current) {
    Problems problems = new Problems();
    ParameterFile.Content simplifyFile = ParameterFile.read(simplify, problems);
    ParameterFile.Content machineFile = ParameterFile.read(machine, problems);
    if (simplifyFile != null && machineFile != null) {
      FileKinds.problem(simplifyFile, machineFile)
          .ifPresent(
              problem -> {
                throw new InputException(problem);
              });
    }
    SimplifyReader.Read run = null;
    List<Path> models = List.of();
    Optional<String> foreign = Optional.empty();
    Block simplifyBlock = null;
    if (simplifyFile != null) {
      simplifyBlock = simplifyFile.block(problems);
      Block block = simplifyBlock;
      Paths paths = new Paths(current, simplify);
      String trains = engine(machineFile, "train");
      run = new SimplifyReader(simplifyBlock, paths, problems, trains.equals("dp")).read();
      ModelsReader reader =
          new ModelsReader(
              simplifyBlock,
              paths,
              problems,
              Engines.dpTrains(trains, run.train()),
              engine(machineFile, "model_devi"));
      models = reader.read(run.train(), run.typeMap());
      foreign = reader.foreign().or(() -> shortRangeTable(block, trains));
      if (foreign.isPresent()) {
        String why = "which DeePMD-kit alone can read (%s)".formatted(foreign.get());
        noFeatures(simplifyBlock, run.pick(), why);
      }
    }
    if (run != null && models.isEmpty() && !problems.any()) {
      noFeatures(
          simplifyBlock, run.pick(), "of which there are none before the first training");
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
            new DpTrainKeys(simplifyBlock, new Paths(current, simplify)),
            run.finalSteps().isPresent());
    MachineConfig machineConfig =
        new MachineConfig(
            machine,
            steps.deepmdVersion(),
            train.section(),
            engines.modelDevi(steps.modelDevi(), models.isEmpty() ? Optional.empty() : foreign),
            engines.precision(steps.modelDevi()),
            engines.fp(steps.fp(), run.label(), run.pool().labeled()));
    if (run.pick().targetError().isPresent()
        && (machineConfig.train().engine() != Engine.OUTPUT_LAYER
            || machineConfig.modelDevi().engine() != Engine.JVM
            || machineConfig.precision() != Precision.FLOAT64)) {
      simplifyBlock.error(
          "target_error",
          "expected errors come with train's engine output-layer and model_devi's engine jvm in float64;"
              + " with others use label_budget or max_iter");
    }
    problems.throwIfAny();
    SimplifyConfig simplifyConfig =
        new SimplifyConfig(
            simplify,
            run.typeMap(),
            run.elements(),
            run.pool(),
            run.pick(),
            run.trust(),
            new TrainConfig(
                models,
                run.train().inputs().stream().map(TrainingReader.Read::input).toList(),
                run.fpTaskMin(),
                run.oldLabels(),
                train.dp(),
                run.finalSteps()),
            run.label());
    return new RunConfig(
        simplifyConfig,
        machineConfig,
        problems.warnings(),
        problems.migrations(),
        problems.notes());
  }

  private static void noFeatures(Block file, PickConfig pick, String why) {
    noFeatures(file, "pick_strategy", pick.strategy(), why);
    if (file.has("init_pick_strategy")) {
      noFeatures(file, "init_pick_strategy", pick.initStrategy(), why);
    }
  }

  private static void noFeatures(Block file, String key, PickStrategy strategy, String why) {
    if (strategy.needsFeatures()) {
      file.error(
          key,
          "'%s' looks into the models, %s; expected %s"
              .formatted(strategy.key(), why, PickStrategy.withoutFeatures()));
    }
  }
}
