package org.dpsieve.spark.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.RunTable;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.report.RunReport;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.transfer.ModelErrors;

/**
 * Models against labels they have not been trained on: those of frames never labelled in the run,
 * where the new level is known for them, else those of the frames that an ensemble picked, which
 * came after its training. Of a sample of such frames, each evaluated once by all models that are
 * shown.
 */
final class UnseenLabels {
  /** Ensembles on the curve of errors by labels. */
  private static final int MOST_ENSEMBLES = 8;

  /** The models given, among the numbers of iterations. */
  private static final int GIVEN = -1;

  private final SparkSession spark;
  private final Workdir workdir;
  private final List<String> typeMap;

  /** Of frames picked by the ensemble of an iteration: never done twice in a run. */
  private final Map<Integer, Picked> ofPicked = new HashMap<>();

  /**
   * Frames that an ensemble picked, and how far it is off there.
   *
   * @param plots for the latest such frames
   */
  private record Picked(RunReport.Accuracy accuracy, RunReport.ErrorPlots plots) {}

  /**
   * @param typeMap types of models that do not name theirs
   */
  UnseenLabels(SparkSession spark, Workdir workdir, List<String> typeMap) {
    this.spark = spark;
    this.workdir = workdir;
    this.typeMap = typeMap;
  }

  /** Empty before there are such labels. */
  Optional<RunReport.ErrorPlots> plots(RunHistory history) {
    Path heldOut = workdir.result().resolve("held_out.parquet");
    if (history.result() != null && Files.exists(heldOut)) {
      return Optional.of(ofHeldOut(history, FramesDataset.read(spark, heldOut.toString())));
    }
    List<Picked> picked = ofPicked(history);
    if (picked.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        picked
            .get(picked.size() - 1)
            .plots()
            .withAccuracy(picked.stream().map(Picked::accuracy).toList()));
  }

  /**
   * @param frames with the predictions of the models before, then of as many after
   */
  private static RunReport.ErrorPlots plots(String what, List<Compared> frames) {
    List<RunReport.Grid> energy = Parity.grids(frames, Parity.Quantity.ENERGY);
    List<RunReport.Grid> force = Parity.grids(frames, Parity.Quantity.FORCE);
    int count = frames.size();
    return new RunReport.ErrorPlots(
        RunTable.count(count) + (count == 1 ? " frame" : " frames") + what,
        count,
        energy.isEmpty() ? null : energy.get(0),
        energy.isEmpty() ? null : energy.get(1),
        force.isEmpty() ? null : force.get(0),
        force.isEmpty() ? null : force.get(1),
        force.isEmpty() ? null : Parity.deviationAndError(after(frames)),
        List.of());
  }

  private static List<Compared> after(List<Compared> frames) {
    return frames.stream()
        .map(one -> one.models(one.predictions().length / 2, one.predictions().length / 2))
        .toList();
  }

  /** The models the run was given; of one from scratch those that it trained first. */
  private Path first() {
    Path given = workdir.models();
    int iteration = 0;
    while (!RunModels.there(given) && Files.exists(workdir.iteration(iteration))) {
      given = workdir.train(iteration++);
    }
    return given;
  }

  /** The models given, then those of the iterations that trained, all on the same frames. */
  private RunReport.ErrorPlots ofHeldOut(RunHistory history, Dataset<Row> labelled) {
    List<Integer> trained =
        history.trainings().entrySet().stream()
            .filter(training -> training.getValue().frames() > 0)
            .map(Map.Entry::getKey)
            .toList();
    Map<Integer, List<DeepPotential>> ensembles = new LinkedHashMap<>();
    if (RunModels.there(workdir.models())) {
      ensembles.put(GIVEN, models(workdir.models()));
    }
    for (int iteration : spread(trained)) {
      ensembles.put(iteration, models(workdir.train(iteration)));
    }
    List<DeepPotential> before = models(first());
    List<DeepPotential> all = new ArrayList<>();
    ensembles.values().forEach(all::addAll);
    all.addAll(before);
    all.addAll(models(workdir.result()));
    List<Compared> frames = Compared.sample(spark, labelled, all);
    List<RunReport.Accuracy> accuracy = new ArrayList<>();
    int from = 0;
    for (Map.Entry<Integer, List<DeepPotential>> ensemble : ensembles.entrySet()) {
      int iteration = ensemble.getKey();
      int count = ensemble.getValue().size();
      long labels = iteration == GIVEN ? 0 : history.trainings().get(iteration).frames();
      accuracy.add(accuracy(iteration, labels, some(frames, from, count), count));
      from += count;
    }
    return plots(", of those never labelled in this run", some(frames, from, 2 * before.size()))
        .withAccuracy(accuracy);
  }

  private static List<Compared> some(List<Compared> frames, int from, int count) {
    return frames.stream().map(one -> one.models(from, count)).toList();
  }

  private static TreeSet<Integer> spread(List<Integer> all) {
    TreeSet<Integer> some = new TreeSet<>();
    int most = Math.min(all.size(), MOST_ENSEMBLES);
    for (int i = 0; i < most; i++) {
      some.add(all.get(most == 1 ? 0 : i * (all.size() - 1) / (most - 1)));
    }
    return some;
  }

  /** The models given on the frames of iteration 0, then each ensemble on the frames it picked. */
  private List<Picked> ofPicked(RunHistory history) {
    List<Picked> all = new ArrayList<>();
    for (Summary.Iteration iteration : history.iterations()) {
      int number = iteration.number();
      boolean byGiven = number == 0 || iteration.training() == null;
      if (iteration.labels() == null
          || iteration.labels().labelled() == 0
          || byGiven && !RunModels.there(workdir.models())) {
        continue;
      }
      all.add(ofPicked.computeIfAbsent(number, i -> ofPicked(iteration, byGiven)));
    }
    return all;
  }

  private Picked ofPicked(Summary.Iteration iteration, boolean byGiven) {
    int number = iteration.number();
    List<DeepPotential> both = new ArrayList<>(models(first()));
    int count = both.size();
    both.addAll(byGiven ? models(workdir.models()) : models(workdir.train(number)));
    List<Compared> frames =
        Compared.sample(spark, FramesDataset.read(spark, workdir.labels(number).toString()), both);
    return new Picked(
        accuracy(
            byGiven ? GIVEN : number,
            byGiven ? 0 : iteration.labelledSoFar() - iteration.labels().labelled(),
            after(frames),
            count),
        plots(
            number == 0
                ? ", picked in iteration 0, before any training on the new labels"
                : ", of those that the models of iteration %d picked, the hardest for them"
                    .formatted(number),
            frames));
  }

  private static RunReport.Accuracy accuracy(
      int iteration, long labels, List<Compared> frames, int models) {
    return new RunReport.Accuracy(
        iteration,
        labels,
        ModelErrors.of(
                frames.stream().map(Compared::frame).toList(),
                frames.stream().map(Compared::predictions).toList(),
                models)
            .stream()
            .map(e -> new Facts.Errors(e.energyPerAtom(), e.force(), e.virialPerAtom()))
            .toList());
  }

  private List<DeepPotential> models(Path folder) {
    return RunModels.read(folder, typeMap);
  }
}
