package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.ParameterFile;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.error.InputException;
import org.dpsieve.model.Precision;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.text.Counted;

/**
 * Reads {@code simplify.json} and {@code machine.json} and checks both, with everything on this
 * machine that they name. Every problem of both is reported, and before any work.
 */
public final class ConfigReader {
  /** {@code numb_members} where it is not given. */
  private static final int MEMBERS = 8;

  private ConfigReader() {}

  /**
   * Reads a run's two files.
   *
   * @throws org.dpsieve.error.InputException listing every problem
   */
  public static RunConfig read(Path simplify, Path machine) {
    return read(simplify, machine, Path.of(""));
  }

  /**
   * The same for a rehearsal: a teacher labels in the place of the program that the file names,
   * whose keys are not looked at, nor is the section {@code fp} of the machine file.
   *
   * @param teacher a file with {@code fp_style} and its keys; without one D3 is added to the stored
   *     labels. A teacher that the parameter file itself names stays where there is no file
   * @throws org.dpsieve.error.InputException listing every problem
   */
  public static RunConfig rehearsal(Path simplify, Path machine, Optional<Path> teacher) {
    Problems problems = new Problems();
    Path current = Path.of("");
    Optional<StandIn> standIn = StandIn.of(teacher, current, problems);
    return read(simplify, machine, current, problems, standIn);
  }

  /** The same with relative paths taken from {@code current} first. */
  static RunConfig read(Path simplify, Path machine, Path current) {
    return read(simplify, machine, current, new Problems());
  }

  /** The same; {@code problems} then also knows which keys were asked for. */
  static RunConfig read(Path simplify, Path machine, Path current, Problems problems) {
    return read(simplify, machine, current, problems, Optional.empty());
  }

  private static RunConfig read(
      Path simplify, Path machine, Path current, Problems problems, Optional<StandIn> given) {
    Optional<ParameterFile.Content> simplifyFile = ParameterFile.read(simplify, problems);
    Optional<ParameterFile.Content> machineFile = ParameterFile.read(machine, problems);
    if (simplifyFile.isPresent() && machineFile.isPresent()) {
      FileKinds.problem(simplifyFile.get(), machineFile.get())
          .ifPresent(
              problem -> {
                throw new InputException(problem);
              });
    }
    // where the machine file cannot be read, the other is checked as with an empty one
    MachineReader.Sections sections =
        new MachineReader(
                machineFile.orElseGet(() -> ParameterFile.empty(machine, problems)).block(problems),
                problems)
            .read();
    if (simplifyFile.isEmpty()) {
      throw problems.exception();
    }
    Block file = simplifyFile.get().block(problems);
    Paths paths = new Paths(current, simplify);
    Optional<StandIn> teacher = given.filter(standIn -> rehearses(file, standIn));
    SimplifyReader.SimplifyFile run =
        new SimplifyReader(
                file, paths, problems, TrainingReader.of(sections.train(), problems), teacher)
            .read();
    ModelsReader.Models models =
        new ModelsReader(
                file,
                paths,
                problems,
                Engines.trains(sections.train(), run.train()),
                sections.modelDevi().engine(),
                run.property())
            .read(run.train(), run.typeMap());
    if (machineFile.isEmpty()) {
      throw problems.exception();
    }
    Engines engines = new Engines(problems, new NodeReader(current));
    Engines.Train train =
        engines.train(
            sections.train(),
            file,
            run.train(),
            models.files(),
            new DpTrainKeys(file, paths, run.typeMap()),
            file.has("final_training"));
    Optional<String> foreign =
        models
            .foreign()
            .or(
                () ->
                    train
                        .dp()
                        .flatMap(dp -> TrainedModels.foreign(dp.backend(), run.train().inputs())));
    requireFeatures(
        file,
        run.pick(),
        models.files(),
        train.dp().isPresent() ? foreign : Optional.empty(),
        problems);
    MachineConfig machineConfig =
        new MachineConfig(
            machine,
            sections.deepmdVersion(),
            train.section(),
            engines.modelDevi(sections.modelDevi(), foreign),
            engines.precision(sections.modelDevi()),
            engines.fp(
                teacher.isPresent() ? sections.fp().unset() : sections.fp(),
                run.label(),
                run.pool().labeled()));
    new PropertyReader(file, paths, problems)
        .check(run.pick(), run.pool(), machineConfig, models.ofProperty());
    if (run.pick().targetError().isPresent()
        && (machineConfig.train().engine() != Engine.OUTPUT_LAYER
            || machineConfig.modelDevi().engine() != Engine.JVM && foreign.isEmpty()
            || machineConfig.precision() != Precision.FLOAT64)) {
      file.error(
          "target_error",
          "expected errors come with train's engine output-layer and model_devi's engine jvm in"
              + " float64; with others use label_budget or max_iter");
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
                models.files(),
                train.dp().isPresent() ? "" : TrainKeys.branch(file),
                run.train().inputs().stream().map(TrainingReader.InputBlocks::input).toList(),
                membersOfOne(file, machineConfig, run),
                run.fpTaskMin(),
                run.oldLabels(),
                train.dp(),
                run.finalSteps()),
            run.label(),
            run.property());
    return new RunConfig(
        simplifyConfig,
        machineConfig,
        problems.warnings(),
        problems.migrations(),
        problems.notes());
  }

  /**
   * Whether a teacher takes the place of what labels.
   *
   * @throws InputException for a run that has no such place
   */
  private static boolean rehearses(Block file, StandIn teacher) {
    if (PropertyReader.isAsked(file)) {
      throw new InputException(
          file.where("property")
              + ": a teacher knows energies and forces alone; --rehearse cannot"
              + " say what a run for a property takes");
    }
    if (file.node().path("labeled").asBoolean()) {
      throw new InputException(
          file.where("labeled")
              + ": nothing is labelled in this run, so that there is nothing to"
              + " rehearse; run it without --rehearse");
    }
    return teacher.replaces(file);
  }

  /** Members that stand for an ensemble; 0 where there are models enough, or none can be made. */
  private static int membersOfOne(
      Block file, MachineConfig machine, SimplifyReader.SimplifyFile run) {
    if (run.train().modelCount().orElse(0) != 1 || run.property().isPresent()) {
      return 0;
    }
    if (machine.train().engine() != Engine.OUTPUT_LAYER) {
      file.warn(
          "numb_models",
          "one model never disagrees with itself: every frame is accurate (an ensemble is made out"
              + " of one model with train's engine output-layer)");
      return 0;
    }
    int members = run.train().members().orElse(MEMBERS);
    file.warn(
        "numb_models",
        "the ensemble is made out of one model, %s: a deviation is the error that the model is expected to have. Set model_devi_f_trust_lo above the largest force errors that it keeps with any number of labels, or end the run by label_budget or target_error"
            .formatted(Counted.of(members, "member")));
    return members;
  }

  /** Strategies that look into models need some that are here, and that are read. */
  private static void requireFeatures(
      Block file, PickConfig pick, List<Path> models, Optional<String> foreign, Problems problems) {
    if (foreign.isPresent()) {
      noFeatures(file, pick, "which DeePMD-kit alone can read (%s)".formatted(foreign.get()));
    }
    if (models.isEmpty() && !problems.any()) {
      noFeatures(file, pick, "of which there are none before the first training");
    }
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
