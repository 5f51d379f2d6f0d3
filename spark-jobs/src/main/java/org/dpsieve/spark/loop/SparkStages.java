package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.dpsieve.config.Engine;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Stages;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Workdir;
import org.dpsieve.node.OnExit;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.label.BatchLabels;
import org.dpsieve.spark.node.NodeTasks;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.text.Counted;

/** The stages of a run on Spark. The session is opened when the first stage asks for it. */
public class SparkStages implements Stages {
  private final RunConfig config;
  private final Supplier<SparkSession> open;
  private final Labeller labeller;
  private final Workdir workdir;
  private final NodeTasks nodes;
  private final Consumer<String> notes;
  private SortedMap<String, String> tried; // null until it is

  /**
   * Those of a run for energies and forces, or for a property.
   *
   * @param progress hears how the tasks of a step stand, in a few words
   * @param notes hears what a person should know
   * @throws org.dpsieve.error.InputException when the labeller's files do not fit, or a step's
   *     tasks cannot be run where machine.json says
   */
  public static SparkStages of(
      RunConfig config,
      Workdir workdir,
      Supplier<SparkSession> open,
      Consumer<String> progress,
      Consumer<String> notes) {
    return config.simplify().property().isPresent()
        ? new PropertyStages(config, workdir, open, progress, notes)
        : new SparkStages(config, workdir, open, progress, notes);
  }

  SparkStages(
      RunConfig config,
      Workdir workdir,
      Supplier<SparkSession> open,
      Consumer<String> progress,
      Consumer<String> notes) {
    this.config = config;
    this.workdir = workdir;
    this.open = open;
    this.notes = notes;
    this.labeller = config.simplify().labeller();
    this.nodes = new NodeTasks(this::spark, progress, notes);
    check();
  }

  /** All of it, so that everything wrong is told at once. */
  private void check() {
    Set<String> problems = new LinkedHashSet<>(TaskPlaces.problems(workdir, config, labeller));
    attempt(problems, () -> config.machine().train().node().ifPresent(nodes::check));
    attempt(problems, () -> config.machine().fp().node().ifPresent(nodes::check));
    if (labeller instanceof BatchLabeller here && !(here instanceof DirectLabeller)) {
      attempt(problems, () -> tried(here));
      if (here.knowsSigma()
          && config.simplify().train().dp().map(dp -> dp.oneHdf5()).orElse(false)) {
        problems.add(
            "one_h5: labels of several teachers are weighed by atom_pref.npy, which needs folders;"
                + " leave one_h5 out");
      }
    }
    if (config.machine().modelDevi().engine() == Engine.DP) {
      if (config.simplify().pick().targetError().isPresent() && !Evaluation.uncertain(config)) {
        problems.add(
            "target_error: expected errors come with the engine 'jvm' of model_devi in"
                + " machine.json, found 'dp'; change it, or use label_budget or max_iter");
      }
      attempt(problems, () -> evaluation(null).check(config.simplify().train().models()));
    }
    if (!problems.isEmpty()) {
      throw new InputException(String.join(System.lineSeparator(), problems));
    }
  }

  /** What labels frames, tried once in a task. */
  private SortedMap<String, String> tried(BatchLabeller here) {
    if (tried == null) {
      tried =
          here instanceof DirectLabeller
              ? new TreeMap<>()
              : BatchLabels.tried(spark(), here, config.machine().fp().resources());
    }
    return tried;
  }

  private static void attempt(Set<String> problems, Runnable check) {
    try {
      check.run();
    } catch (InputException e) {
      problems.add(e.getMessage());
    }
  }

  /** The program is told to stop; called from another thread. */
  public void stop(OnExit onExit) {
    nodes.stop(onExit);
  }

  final SparkSession spark() {
    return open.get(); // the same each time, told what it is for now
  }

  @Override
  public List<String> sources() {
    List<String> sources = new ArrayList<>(config.simplify().pool().pickData());
    sources.addAll(config.simplify().pool().initData());
    sources.addAll(config.simplify().pool().oldData());
    return sources;
  }

  @Override
  public Facts.Pool importPool(Path target) {
    return Pool.importAll(spark(), target, config.simplify(), notes);
  }

  @Override
  public boolean trainsFromPrevious() {
    return config.simplify().train().dp().isPresent();
  }

  final SimplifyConfig config() {
    return config.simplify();
  }

  final Workdir workdir() {
    return workdir;
  }

  /** What a person should know. */
  final void note(String text) {
    notes.accept(text);
  }

  @Override
  public boolean modelsGiven() {
    return !config.simplify().train().models().isEmpty();
  }

  @Override
  public Facts.Training train(
      Path target, int iteration, Path frames, List<Path> labels, List<Path> picks, Path previous) {
    Training errors = new Training(spark(), config);
    if (!trainsFromPrevious()) {
      return errors.train(
          target,
          frames().groups(frames, labels),
          Pool.initial(spark(), frames).isPresent() ? 1 : 0, // the first picks stand for the pool
          Evaluation.uncertain(config),
          frames().old(frames, picks),
          previous);
    }
    Dataset<Row> labelled = frames().labelled(frames, labels);
    new DpTraining(config.simplify(), config.machine().train().node().orElseThrow(), nodes, workdir)
        .train(
            target,
            iteration,
            new TrainingSources(spark(), config.simplify(), workdir).of(frames, labels),
            new DpStarts(spark(), config, notes).of(iteration, previous, labelled, target));
    return errors.facts(labelled, models(target));
  }

  @Override
  public Facts.Training copyModels(Path target, Path models) {
    try {
      Files.createDirectories(target);
      List<Path> sources = models == null ? config.simplify().train().models() : models(models);
      for (int m = 0; m < sources.size(); m++) {
        RegularFile.copyTree(sources.get(m), target.resolve(modelName(m, sources.get(m))));
        Path checkpoints = models == null ? null : models.resolve("%03d".formatted(m));
        if (checkpoints != null && Files.isDirectory(checkpoints)) {
          RegularFile.copyTree(checkpoints, target.resolve(checkpoints.getFileName()));
        }
      }
      if (models != null) {
        BesideModels.copy(models, target);
      }
      return new Facts.Training(0, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What a copy of a model is called.
   *
   * @param source what is copied
   */
  String modelName(int model, Path source) {
    return config.simplify().train().modelName(model);
  }

  /** The models of a folder that {@link #train} wrote. */
  List<Path> models(Path folder) {
    List<Path> models = new ArrayList<>();
    for (int m = 0; m < config.simplify().train().modelCount(); m++) {
      models.add(folder.resolve(config.simplify().train().modelName(m)));
    }
    return models;
  }

  @Override
  public Facts.Deviation deviate(Path target, Path models, Remaining remaining) {
    DpTraining.discard(models);
    return evaluate(
        target, frames().left(remaining), remaining.frames(), models, remaining.accurate());
  }

  /**
   * Evaluates the models of a training.
   *
   * @param asked some of the pool
   * @param frames the folder of the pool
   * @param models a folder that {@link #train} wrote
   * @param accurate tables of picks whose accurate frames count among those whose error is expected
   */
  Facts.Deviation evaluate(
      Path target, Dataset<Row> asked, Path frames, Path models, List<Path> accurate) {
    return evaluation(frames().old(frames, List.of()))
        .write(
            target,
            asked,
            Pool.size(spark(), frames),
            models(models),
            frames().accurate(accurate),
            null);
  }

  @Override
  public Facts.Deviation deviateAll(
      Path target, Path models, Path frames, List<Path> picks, List<Path> labels) {
    DpTraining.discard(models);
    return evaluate(target, frames().pickable(frames, picks, labels), frames, models, List.of());
  }

  @Override
  public long candidates(Path deviation) {
    return Decisions.candidates(spark(), config.simplify().trust(), deviation);
  }

  @Override
  public Facts.Picks pickAtRandom(Path target, Path frames, int atMost) {
    return decisions()
        .first(
            target,
            Pool.read(spark(), frames),
            Pool.size(spark(), frames),
            frames().labelled(frames, List.of()),
            atMost);
  }

  @Override
  public Facts.Picks pick(
      Path target, int iteration, Path frames, Path deviation, List<Path> labels, int atMost) {
    return decisions()
        .later(
            target,
            workdir.picks(0),
            iteration,
            Pool.read(spark(), frames),
            Pool.size(spark(), frames),
            deviation,
            frames().labelled(frames, labels),
            atMost);
  }

  final RunFrames frames() {
    return new RunFrames(spark(), config.simplify());
  }

  private Evaluation evaluation(OldLabels old) {
    return new Evaluation(spark(), config, old, notes);
  }

  private Decisions decisions() {
    return new Decisions(spark(), config, labeller);
  }

  @Override
  public Facts.Labels label(Path target, int iteration, Path frames, Path picks) {
    Dataset<Row> pool = Pool.read(spark(), frames);
    Labelling labelling = labelling(frames, iteration);
    if (labeller instanceof BatchLabeller here) {
      return labelling.label(target, pool, picks, here, tried(here));
    }
    return new Tasks(labelling, (TaskLabeller) labeller, config.machine().fp().node(), nodes)
        .label(
            target,
            iteration,
            spread(labelling.picked(pool, picks)),
            workdir.tasks(iteration, "fp"));
  }

  /** What writes the labels of an iteration. */
  Labelling labelling(Path frames, int iteration) {
    return new Labelling(spark(), resources());
  }

  /** That machine.json gives to labelling. */
  final Map<String, Object> resources() {
    return config.machine().fp().resources();
  }

  /** Over all cores, where labels are made as they are read. */
  private Dataset<Row> spread(Dataset<Row> picked) {
    return ((TaskLabeller) labeller).runsWhenRead()
        ? picked.repartition(
            spark().sparkContext().defaultParallelism() * 4, functions.col("frame_id"))
        : picked;
  }

  @Override
  public String failedFrames(Path frames, Path deviation, Path picks) {
    return decisions().failed(Pool.read(spark(), frames), picks);
  }

  @Override
  public Facts.Result result(Path target, Path frames, Summary summary) {
    if (summary.models() != null) {
      DpTraining.discard(summary.models());
    }
    Optional<BatchLabeller> level =
        labeller instanceof BatchLabeller here ? Optional.of(here) : Optional.empty();
    List<Path> models =
        summary.models() == null ? config.simplify().train().models() : models(summary.models());
    OldLabels old = frames().old(frames, List.of());
    return new Results(
            spark(),
            config.simplify(),
            level,
            new Labelling(spark(), resources()),
            evaluation(old),
            new Training(spark(), config))
        .write(target, frames, old, models, summary);
  }

  @Override
  public String resultPool() {
    return RunFrames.wantsOld(config.simplify()) && !trainsFromPrevious()
        ? config.simplify().pool().result().key()
        : "";
  }

  @Override
  public String finishing() {
    return config.simplify().train().finalSteps().isEmpty()
        ? ""
        : "%s, %s"
            .formatted(
                Counted.of(config.simplify().train().finalSteps().getAsInt(), "step"),
                config.simplify().train().inputs().stream()
                    .map(input -> Sha256.hex(input.json()))
                    .collect(Collectors.joining(" ")));
  }

  @Override
  public Facts.Training finish(Path target, Path result) {
    List<Path> solved = models(result);
    SimplifyConfig last = config.simplify().withTrain(config.simplify().train().finalFrom(solved));
    Training errors = new Training(spark(), config.withSimplify(last));
    Path unseen = result.resolve("held_out.parquet");
    Dataset<Row> frames =
        FramesDataset.read(
            spark(), (Files.exists(unseen) ? unseen : result.resolve("frames.parquet")).toString());
    double own =
        errors.errors(frames, solved).stream()
            .mapToDouble(pair -> pair.after().force())
            .average()
            .orElseThrow();
    new FinalTraining(last, config.machine().train().node().orElseThrow(), nodes, workdir)
        .train(target, result, own);
    return errors.facts(frames, models(target));
  }
}
