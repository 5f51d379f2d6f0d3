package org.dpsieve.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.MachineReader.Section;
import org.dpsieve.config.TrainingInput.Trainable;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.label.FpStyle;
import org.dpsieve.model.Precision;

/** Decides who does each step, from both files together. */
final class Engines {
  private static final String FINAL = "final_training";

  private final Problems problems;
  private final NodeReader nodes;

  Engines(Problems problems, NodeReader nodes) {
    this.problems = problems;
    this.nodes = nodes;
  }

  /**
   * Who trains: what machine.json names, else what the trainable keys leave. DeePMD-kit does also
   * where it changes the bias alone.
   */
  static Engine trains(Section section, TrainKeys.GivenTraining keys) {
    boolean free =
        !section.block().has("engine") && !keys.inputs().isEmpty() && !freesOutputLayer(keys);
    return section
        .engine()
        .map(engine -> engine.isDeepmdKit() ? Engine.DP : engine)
        .orElse(free ? Engine.DP : Engine.OUTPUT_LAYER);
  }

  /** Whether the trainable keys freeze everything else. */
  private static boolean freesOutputLayer(TrainKeys.GivenTraining keys) {
    return !keys.inputs().isEmpty()
        && keys.inputs().stream()
            .allMatch(read -> read.input().trainable() == Trainable.OUTPUT_LAYER);
  }

  /** Who trains, and how when it is DeePMD-kit. */
  record Train(MachineConfig.Section section, Optional<DpTrainConfig> dp) {}

  /**
   * Training: our solve of the output layer where the files freeze everything else, {@code dp
   * train} for any other choice.
   */
  Train train(
      Section section,
      Block simplify,
      TrainKeys.GivenTraining keys,
      List<Path> models,
      DpTrainKeys dpKeys,
      boolean inTheEnd) {
    if (trains(section, keys) == Engine.DP) {
      if (inTheEnd) {
        simplify.error(
            FINAL,
            "follows train.engine output-layer, whose old labels make the pool that it trains on;"
                + " found dp");
      }
      return new Train(
          dp(section),
          Optional.of(
              dpKeys.read(
                  models,
                  keys.modelCount().orElse(Math.max(1, models.size())),
                  keys,
                  section.engine().equals(Optional.of(Engine.CHANGE_BIAS)))));
    }
    TrainKeys.refuseForOutputLayer(simplify, keys, models);
    outputLayer(section, simplify, keys, inTheEnd);
    Optional<NodeConfig> node = inTheEnd ? finalNode(section, simplify, models) : Optional.empty();
    return new Train(section.with(Engine.OUTPUT_LAYER, node), Optional.empty());
  }

  /** Where {@code final_training} runs. */
  private Optional<NodeConfig> finalNode(Section section, Block simplify, List<Path> models) {
    Optional<NodeConfig> node = nodes.read(section, Optional.of("dp"));
    if (node.isEmpty() && !section.block().has("backend")) {
      section
          .block()
          .error(
              "backend",
              "is missing: final_training takes DeePMD-kit's dp train; say where it runs: local,"
                  + " spark, or dpdispatcher with machine and resources");
    }
    for (Path model : models) {
      Optional<DpTrainConfig.Backend> backend = DpTrainConfig.Backend.of(model);
      if (backend.isEmpty() || backend.get() == DpTrainConfig.Backend.JAX) {
        simplify.error(
            FINAL,
            "dp train starts from a frozen .pb or .pth, found %s; convert the models with dp convert-backend"
                .formatted(model.getFileName()));
        break;
      }
    }
    return node;
  }

  private MachineConfig.Section dp(Section section) {
    Optional<NodeConfig> node = nodes.read(section, Optional.of("dp"));
    if (node.isEmpty() && !section.block().has("backend")) {
      section
          .block()
          .error(
              "backend",
              "is missing: %s takes DeePMD-kit's dp train; say where it runs: local, spark, or dpdispatcher with machine and resources"
                  .formatted(
                      section.engine().isPresent()
                          ? "train.engine dp"
                          : "a default_training_param that leaves more than the output layer"
                              + " trainable"));
    }
    return section.with(Engine.DP, node);
  }

  private void outputLayer(
      Section section, Block simplify, TrainKeys.GivenTraining keys, boolean inTheEnd) {
    boolean given = keys.inputs().stream().anyMatch(TrainingReader.InputBlocks::trainableGiven);
    String param = simplify.where("default_training_param");
    if (section.engine().equals(Optional.of(Engine.OUTPUT_LAYER)) && !freesOutputLayer(keys)) {
      if (given) {
        problems.error(
            "%s: its trainable keys leave another choice of layers than the output layer, but %s is output-layer; set model.descriptor.trainable to false and model.fitting_net.trainable to [false, ..., false, true], or the engine to dp"
                .formatted(param, section.block().where("engine")));
      } else if (!keys.inputs().isEmpty()) {
        problems.warn(
            "%s: says of no layer that it is frozen; with train.engine output-layer only the output layer is trained"
                .formatted(param));
      }
    }
    if (!keys.initModel() && !keys.modelGlobs().isEmpty() && !PropertyReader.isAsked(simplify)) {
      problems.error(
          "%s: expected true: the output layer is solved on top of the models in training_iter0_model_path; from random weights trains dp (train.engine)"
              .formatted(simplify.where("training_init_model")));
    }
    if (!inTheEnd) {
      inProcess(section, "output-layer", section.settings());
    }
    if (section.engine().isEmpty()) {
      problems.note(
          "train.engine: output-layer, from the trainable keys of default_training_param");
    }
    if (PropertyReader.isAsked(simplify)) {
      return;
    }
    problems.note(
        "training: learning_rate, numb_steps and batch sizes have no part in a solve; of the loss,"
            + " limit_pref_e, _f and _v count");
  }

  /**
   * Deviation: our kernels, or DeePMD-kit where they do not know the models.
   *
   * @param foreign why our reader does not know them; empty when it does
   */
  MachineConfig.Section modelDevi(Section section, Optional<String> foreign) {
    if (foreign.isPresent() && section.engine().equals(Optional.of(Engine.JVM))) {
      section
          .block()
          .error(
              "engine",
              "found jvm, which will not know the models that dp train makes: %s; expected dp, or no such key"
                  .formatted(foreign.get()));
    }
    boolean dp = section.engine().orElse(foreign.isPresent() ? Engine.DP : Engine.JVM) == Engine.DP;
    String program = section.command().map(Engines::program).orElse("");
    if (dp && (program.startsWith("lmp") || program.startsWith("lammps"))) {
      section
          .block()
          .error(
              "command",
              "found '%s': LAMMPS explores in dpgen run, but simplify asks dp for the deviation (DP-GEN issue 1265); write dp, or remove this key"
                  .formatted(section.command().get()));
    }
    if (!dp) {
      inProcess(section, "jvm", section.settings());
      return section.with(Engine.JVM, Optional.empty());
    }
    List<String> unused = new ArrayList<>(section.settings());
    unused.remove("command");
    if (unused.remove("resources")) {
      unused.add("resources (but for envs)");
    }
    inProcess(section, "dp", unused);
    if (foreign.isPresent()) {
      problems.warn(
          "deviation by DeePMD-kit's own dp model-devi, in a process that stays beside each of Spark's tasks ('%s'): %s"
              .formatted(section.command().orElse("dp"), foreign.get()));
    } else {
      problems.note(
          "model_devi.engine dp: the engine jvm reads these models, too, is faster and needs no"
              + " program");
    }
    return section.with(Engine.DP, Optional.empty());
  }

  /** In which the deviation is evaluated. */
  Precision precision(Section section) {
    boolean single =
        section.block().has("precision")
            && section
                .block()
                .choice("precision", List.of("float64", "float32"))
                .equals(Optional.of("float32"));
    return single ? Precision.FLOAT32 : Precision.FLOAT64;
  }

  /** The program of a shell command, without its folder. */
  private static String program(String command) {
    String[] words = command.strip().split("\\s+");
    for (String word : words) {
      String name = word.substring(word.lastIndexOf('/') + 1);
      boolean launcher = name.matches("mpirun|mpiexec|srun|env|.*=.*|-.*|\\d+");
      if (!launcher) {
        return name;
      }
    }
    return "";
  }

  /** Labels: what the style says. */
  MachineConfig.Section fp(Section section, LabelConfig label, boolean labeled) {
    FpStyle style = label.style();
    if (!labeled && style.runsProgram()) {
      if (section.engine().equals(Optional.of(Engine.EMBEDDED))) {
        section
            .block()
            .error(
                "engine", "%s is no part of this program; expected command".formatted(style.key()));
      }
      Optional<NodeConfig> node = nodes.read(section, Optional.empty());
      if (node.isEmpty()) {
        problems.warn(
            "fp_style %s: task folders are written to iter.*/02.fp and the run stops there, exit code 4; run the program in them, then run this again: it reads the outputs and goes on. To have them run from here set fp.backend (local, spark, dpdispatcher) and fp.command in machine.json"
                .formatted(style.key()));
      }
      return section.with(Engine.COMMAND, node);
    }
    if (section.engine().equals(Optional.of(Engine.COMMAND))) {
      section
          .block()
          .error(
              "engine",
              labeled
                  ? "labeled is true, no program is started; remove this key"
                  : "fp_style %s is done in this program; expected embedded"
                      .formatted(label.style().key()));
    }
    List<String> unused = new ArrayList<>(section.settings());
    if (!labeled && style.inProcesses()) {
      unused.remove("resources"); // of the executors that processes of a teacher run in
    }
    inProcess(section, "embedded", unused);
    return section.with(Engine.EMBEDDED, Optional.empty());
  }

  private void inProcess(Section section, String engine, List<String> unused) {
    section
        .backend()
        .filter(backend -> backend != Backend.SPARK)
        .ifPresent(
            backend ->
                section
                    .block()
                    .error(
                        "backend",
                        "'%s' cannot run the engine %s, which runs in Spark's executors; remove this key or set it to spark"
                            .formatted(backend.key(), engine)));
    if (!unused.isEmpty()) {
      problems.note(
          "%s: %s not used, the engine %s runs in Spark's executors"
              .formatted(section.block().path(), String.join(", ", unused), engine));
    }
  }
}
