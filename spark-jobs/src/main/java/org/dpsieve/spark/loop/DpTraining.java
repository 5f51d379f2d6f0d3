package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.config.DpTrainConfig;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.DpTrainConfig.Init;
import org.dpsieve.config.DpTrainConfig.Start;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.config.TrainConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.loop.StalledException;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.node.NodeTask;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.node.TaskFiles;
import org.dpsieve.spark.node.NodeTasks;
import org.dpsieve.text.Counted;
import org.dpsieve.train.Checkpoint;
import org.dpsieve.train.DpInput;
import org.dpsieve.train.DpInput.DataSystem;
import org.dpsieve.train.FrozenLayers;
import org.dpsieve.train.LossCurve;

/**
 * Training by DeePMD-kit's own program, a task per model on a node ({@code dpgen/generator/run.py:
 * make_train_dp, run_train_dp, post_train_dp}). The tasks live in {@code 00.train.tasks} until all
 * are done, whatever becomes of this program meanwhile; then they move into {@code 00.train}.
 */
final class DpTraining {
  private static final int NAN_EXIT = 65;

  /** Of the JAX backend, whose own files only it reads: see {@code train.sh}. */
  private static final String BEFORE = "before.dp";

  private static final String AFTER = "after.dp";

  /** What remains of a task in the folder of the models. */
  private static final List<String> KEPT =
      List.of(
          "input.json", "train.log", "lcurve.out", "checkpoint", "model.ckpt*", "frozen_model*");

  private final SimplifyConfig config;
  private final TrainConfig train;
  private final DpTrainConfig dp;
  private final NodeConfig node;
  private final NodeTasks nodes;
  private final Workdir workdir;

  DpTraining(SimplifyConfig config, NodeConfig node, NodeTasks nodes, Workdir workdir) {
    this.config = config;
    this.train = config.train();
    this.dp = train.dp().orElseThrow();
    this.node = node;
    this.nodes = nodes;
    this.workdir = workdir;
  }

  /** What is left of a training that is in place. */
  static void discard(Path models) {
    OwnFiles.remove(Workdir.trainTasks(models));
  }

  /**
   * Trains all models.
   *
   * @param starts of each model
   * @throws StalledException when a model could not be trained
   */
  void train(Path target, int iteration, List<TrainingData.Source> sources, List<Start> starts) {
    Place place =
        new Place(
            "iteration " + iteration,
            Workdir.trainTasks(target),
            workdir.tasks(iteration, "train"));
    try {
      List<DataSystem> systems =
          TrainingData.write(place.data(), config.typeMap(), sources, dp.oneHdf5());
      boolean weighed = ForceWeights.write(place.data(), config.trust().force().lo());
      train(
          target,
          place,
          starts::get,
          m -> {
            DpInput input = input(m, iteration, systems);
            return weighed ? input.atomPreferences() : input;
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where a training is done.
   *
   * @param what is trained, for messages
   * @param tasks folder of the tasks, a folder {@code data} in it
   * @param journal what becomes of them
   */
  record Place(String what, Path tasks, Path journal) {
    Path data() {
      return tasks.resolve("data");
    }
  }

  /**
   * Trains all models on the data that are in place.
   *
   * @param starts of each model
   * @param made its input
   */
  void train(Path target, Place place, IntFunction<Start> starts, IntFunction<DpInput> made)
      throws IOException {
    List<NodeTask> all = new ArrayList<>();
    List<String> inputs = new ArrayList<>();
    List<Long> steps = new ArrayList<>();
    for (int m = 0; m < train.modelCount(); m++) {
      Path folder = place.tasks().resolve("%03d".formatted(m));
      DpInput input = made.apply(m);
      inputs.add(input.text());
      steps.add(input.steps());
      prepare(folder, place.data(), starts.apply(m), input.text());
      all.add(task(folder, starts.apply(m)));
    }
    List<NodeTask> todo =
        all.stream().filter(task -> !Files.exists(task.folder().resolve("trained"))).toList();
    Map<String, TaskEnd> ends =
        nodes.run(node, place.journal(), todo, this::judge, () -> progress(all, steps));
    requireAll(place, ends);
    for (int m = 0; m < all.size(); m++) {
      requireFrozen(m, inputs.get(m), all.get(m).folder(), starts.apply(m));
    }
    collect(target, all);
  }

  private DpInput input(int model, int iteration, List<DataSystem> systems) {
    DpInput input =
        new DpInput(train.input(model).json())
            .typeMap(config.typeMap())
            .systems(systems)
            .validationFrom(config.file().toAbsolutePath().getParent())
            .seeds("%d:%d:%d".formatted(config.pick().seed(), iteration, model))
            .fileNames();
    if (!dp.activation().isEmpty()) {
      input.activation(dp.activation().get(model).get(0), dp.activation().get(model).get(1));
    }
    dp.srtab().ifPresent(table -> input.shortRangeTable(table.getFileName().toString()));
    dp.fineTuning().biasAfter().ifPresent(input::biasAfterTraining);
    if (dp.reuse().holds(iteration)) {
      input.reuse(dp.reuse(), systems);
    }
    return dp.backend() == Backend.TENSORFLOW ? input.lastCheckpoint() : input;
  }

  /** A folder that was begun with the same input is gone on with, any other is made anew. */
  private void prepare(Path folder, Path data, Start start, String input) throws IOException {
    Path file = folder.resolve("input.json");
    if (isInput(file, input)) {
      return;
    }
    OwnFiles.remove(folder);
    Files.createDirectories(folder);
    link(data, folder.resolve("data"));
    if (start.init() == Init.CHECKPOINT) {
      Files.createDirectories(folder.resolve("old"));
      String prefix = Checkpoint.prefix(start.path());
      try (Stream<Path> files = Files.list(start.path())) {
        for (Path old : files.filter(f -> name(f).startsWith(prefix + ".")).toList()) {
          String suffix = name(old).substring(prefix.length());
          RegularFile.copyTree(old, folder.resolve("old").resolve("model.ckpt" + suffix));
        }
      }
    } else if (start.init() != Init.RANDOM) {
      Files.createDirectories(folder.resolve("old"));
      RegularFile.copyTree(start.path(), folder.resolve("old").resolve(oldName(start)));
    }
    if (dp.srtab().isPresent()) {
      RegularFile.copyTree(dp.srtab().get(), folder.resolve(name(dp.srtab().get())));
    }
    try (InputStream script = DpInput.class.getResourceAsStream(script())) {
      Files.copy(script, folder.resolve(script()));
    }
    for (Path extra : node.forward()) {
      RegularFile.copyTree(extra, folder.resolve(name(extra)));
    }
    Files.writeString(file, input); // last: its presence says that the rest is there
  }

  private String script() {
    return dp.fineTuning().biasAlone() ? "change-bias.sh" : "train.sh";
  }

  /** Whatever else has that name is none. */
  private static boolean isInput(Path file, String input) {
    try {
      return RegularFile.text(file, Integer.MAX_VALUE - 8).equals(input);
    } catch (IOException e) {
      return false;
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static String oldName(Start start) {
    String name = name(start.path());
    return "init" + name.substring(name.lastIndexOf('.'));
  }

  /** Files of a tree under other names where the file system can, as data may be large. */
  static void link(Path source, Path target) throws IOException {
    try (Stream<Path> walk = Files.walk(source)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path to = target.resolve(source.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
        } else {
          try {
            Files.createLink(to, path);
          } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(path, to);
          }
        }
      }
    }
  }

  private List<String> words(Start start) {
    String program = (node.command() + " " + dp.backend().flag()).strip();
    String branch = dp.fineTuning().branch();
    String head = branch.isEmpty() ? "" : quoted(branch);
    if (dp.fineTuning().biasAlone()) {
      String of = head.isEmpty() ? "" : "--model-branch " + head;
      String frozen = head.isEmpty() ? "" : "--head " + head;
      return List.of(program, "old/" + oldName(start), of, frozen(), frozen);
    }
    List<String> options = new ArrayList<>();
    switch (start.init()) {
      case CHECKPOINT -> options.add("--init-model old/" + dp.backend().checkpointName());
      case FROZEN -> options.add("--init-frz-model old/" + oldName(start));
      case FINETUNE -> {
        options.add("--finetune old/" + oldName(start));
        if (!head.isEmpty()) {
          options.add("--model-branch " + head);
        }
        if (dp.fineTuning().pretrainScript()) {
          options.add("--use-pretrain-script");
        }
      }
      case RANDOM -> {
        // nothing to start from
      }
    }
    if (dp.skipNeighborStat()) {
      options.add("--skip-neighbor-stat");
    }
    return List.of(
        program,
        dp.backend().checkpoint(),
        String.join(" ", options),
        frozen(),
        dp.compress() ? compressed() : "");
  }

  private NodeTask task(Path folder, Start start) throws IOException {
    String command =
        Stream.concat(Stream.of("sh", script()), words(start).stream())
            .map(DpTraining::quoted)
            .collect(Collectors.joining(" "));
    List<String> made = List.of(frozen(), compressed(), "lcurve.out", "checkpoint", "train.nan");
    List<String> backward = new ArrayList<>(made);
    backward.add("model.ckpt.*");
    if (dp.backend() == Backend.JAX) {
      backward.addAll(List.of(BEFORE, AFTER));
    }
    backward.addAll(node.backward());
    return new NodeTask(
        folder,
        command,
        forward(folder),
        List.of("model.ckpt.*", "checkpoint", "lcurve.out"),
        backward,
        "train.log");
  }

  /** Everything that {@link #prepare} put there. */
  private List<String> forward(Path folder) throws IOException {
    List<String> names = new ArrayList<>(List.of("input.json", script()));
    dp.srtab().ifPresent(table -> names.add(name(table)));
    node.forward().forEach(file -> names.add(name(file)));
    for (String sub : List.of("data", "old")) {
      if (Files.isDirectory(folder.resolve(sub))) {
        try (Stream<Path> walk = Files.walk(folder.resolve(sub))) {
          walk.filter(Files::isRegularFile)
              .map(file -> folder.relativize(file).toString())
              .sorted()
              .forEach(names::add);
        }
      }
    }
    return names;
  }

  private String frozen() {
    return "frozen_model." + dp.suffix();
  }

  private String compressed() {
    return "frozen_model_compressed." + dp.suffix();
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /** A frozen model is what is wanted; NaN is not worth another attempt. */
  private List<TaskEnd> judge(List<TaskEnd> ends) {
    return ends.stream()
        .map(
            end ->
                Objects.equals(end.exitCode(), NAN_EXIT)
                    ? end.judged(TaskOutcome.CRASHED, end.reason(), false)
                    : end)
        .toList();
  }

  /** {@code model 0: step 200 of 4,000, rmse_f 0.123 eV/Å; model 1: ...}. */
  private static String progress(List<NodeTask> tasks, List<Long> steps) {
    List<String> curves = new ArrayList<>();
    for (int m = 0; m < tasks.size(); m++) {
      String of = steps.get(m) > 0 ? String.format(Locale.ROOT, "of %,d", steps.get(m)) : "";
      String model = "model " + Integer.parseInt(tasks.get(m).name()) + ": ";
      LossCurve.last(tasks.get(m).folder().resolve("lcurve.out"))
          .map(point -> point.toString().replaceFirst("^step \\d+", "$0 " + of))
          .ifPresent(text -> curves.add(model + text));
    }
    return String.join("; ", curves);
  }

  private void requireAll(Place place, Map<String, TaskEnd> ends) throws IOException {
    List<String> failed = new ArrayList<>();
    for (TaskEnd end : ends.values()) {
      Path folder = place.tasks().resolve(end.task());
      Optional<String> unusable = end.isFinished() ? unusable(folder) : Optional.empty();
      if (unusable.isPresent()) {
        failed.add("  model %s: %s".formatted(end.task(), unusable.get()));
      } else if (end.isFinished() && !Files.exists(folder.resolve(frozen()))) {
        failed.add("  model %s: %s was not made".formatted(end.task(), frozen()));
      } else if (end.isFinished()) {
        Files.writeString(folder.resolve("trained"), ""); // not to be run again
      } else {
        failed.add("  model %s: %s: %s".formatted(end.task(), end.outcome().key(), end.reason()));
      }
    }
    if (!failed.isEmpty()) {
      throw new StalledException(
          "%s: %,d of %s could not be trained:%n%s%ntrain.log and lcurve.out are in %s. Mend the cause and run again: models that are trained are not trained again"
              .formatted(
                  place.what(),
                  failed.size(),
                  Counted.of(train.modelCount(), "model"),
                  String.join(System.lineSeparator(), failed),
                  place.tasks()));
    }
  }

  /** A pipe, a device or a folder where a training leaves a file. */
  private Optional<String> unusable(Path folder) {
    return TaskFiles.matching(folder, KEPT).stream()
        .filter(file -> !(dp.backend() == Backend.JAX && Files.isDirectory(file)))
        .flatMap(file -> RegularFile.problem(file).map(why -> name(file) + ": " + why).stream())
        .findFirst();
  }

  private void requireFrozen(int model, String input, Path folder, Start start) {
    Path before =
        switch (start.init()) {
          case CHECKPOINT -> frozenBeside(start.path(), model);
          case FROZEN -> start.path();
          default -> null;
        };
    if (before == null) {
      return;
    }
    boolean jax = dp.backend() == Backend.JAX;
    DeepPotential old;
    DeepPotential now;
    try {
      old = ModelFiles.read(jax ? folder.resolve(BEFORE) : before, config.typeMap());
      now = ModelFiles.read(folder.resolve(jax ? AFTER : frozen()), config.typeMap());
    } catch (UnsupportedModelException e) {
      return; // of a kind that our reader does not know: the two cannot be compared
    }
    List<String> problems = FrozenLayers.problems(input, old, now);
    if (!problems.isEmpty()) {
      throw new InputException(
          "model %d, trained in %s: %s. Train with another backend of DeePMD-kit, or, where only the output layer is to change, with train.engine output-layer in machine.json; then remove %s and run again"
              .formatted(model, folder, String.join("; ", problems), folder.getParent()));
    }
  }

  private Path frozenBeside(Path folder, int model) {
    Path here = folder.resolve(frozen());
    return Files.exists(here) ? here : train.models().get(model);
  }

  /** DP-GEN's layout: {@code 000/...} and {@code graph.000.pb}. */
  private void collect(Path target, List<NodeTask> all) throws IOException {
    Files.createDirectories(target);
    for (NodeTask task : all) {
      Path folder = target.resolve(task.name());
      Files.createDirectories(folder);
      List<Path> kept = TaskFiles.matching(task.folder(), KEPT);
      for (Path file : kept) {
        RegularFile.copyTree(file, folder.resolve(name(file)));
      }
      int model = Integer.parseInt(task.name());
      RegularFile.copyTree(task.folder().resolve(frozen()), target.resolve(train.modelName(model)));
      if (dp.compress()) {
        RegularFile.copyTree(
            task.folder().resolve(compressed()),
            target.resolve(train.modelName(model).replace("graph.", "compressed.")));
      }
    }
  }
}
