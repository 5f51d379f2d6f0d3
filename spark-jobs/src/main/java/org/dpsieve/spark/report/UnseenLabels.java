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
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.report.RunReport;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.text.Counted;

/**
 * Models against labels they have not been trained on: those of frames never labelled in the run,
 * where the new level is known for them, else those of the frames that an ensemble picked, which
 * came after its training. All of them, each evaluated once by all models that are shown.
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
    Ensembles all = new Ensembles();
    int before = all.place(first());
    int after = all.place(workdir.result());
    Map<Integer, Integer> places = new LinkedHashMap<>(); // by iteration
    if (RunModels.there(workdir.models())) {
      places.put(GIVEN, all.place(workdir.models()));
    }
    for (int iteration : spread(trained)) {
      places.put(iteration, all.place(workdir.train(iteration)));
    }
    UnseenErrors errors =
        all.errors(all.size(after) == 1 ? withDeviation(labelled) : labelled, before, after);
    List<RunReport.Accuracy> accuracy = new ArrayList<>();
    places.forEach(
        (iteration, place) ->
            accuracy.add(
                new RunReport.Accuracy(
                    iteration == GIVEN ? 0 : history.trainings().get(iteration).frames(),
                    errors.errors(place))));
    return plots("never labelled in this run", errors).withAccuracy(accuracy);
  }

  /** Of members that are made out of one model; it does not deviate from itself. */
  private Dataset<Row> withDeviation(Dataset<Row> labelled) {
    Path table = workdir.result().resolve("deviation.parquet");
    return Files.exists(table)
        ? labelled.join(
            FramesDataset.readParts(
                    spark,
                    table.toString(),
                    List.of("frame_id", UnseenErrors.DEVIATION),
                    "deviations")
                .select("frame_id", UnseenErrors.DEVIATION),
            new String[] {"frame_id"},
            "left")
        : labelled;
  }

  /** Ensembles that are asked together; those with the same files are asked once. */
  private final class Ensembles {
    private final List<List<String>> files = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private final List<DeepPotential> models = new ArrayList<>();

    /** The place of a folder's ensemble among all. */
    int place(Path folder) {
      List<String> checksums = RunModels.checksums(folder);
      int known = files.indexOf(checksums);
      if (known >= 0 && !checksums.isEmpty()) {
        return known;
      }
      List<DeepPotential> read = RunModels.read(folder, typeMap);
      files.add(checksums);
      sizes.add(read.size());
      models.addAll(read);
      return sizes.size() - 1;
    }

    int size(int place) {
      return sizes.get(place);
    }

    UnseenErrors errors(Dataset<Row> labelled, int before, int after) {
      return UnseenErrors.of(
          spark, labelled, models, new UnseenErrors.Order(before, after, List.copyOf(sizes)));
    }
  }

  private static RunReport.ErrorPlots plots(String what, UnseenErrors errors) {
    long count = errors.frames();
    return new RunReport.ErrorPlots(
        Counted.of(count, "frame") + " " + what,
        errors.before(),
        errors.after(),
        errors.deviationAndError(),
        List.of());
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
    Ensembles both = new Ensembles();
    int before = both.place(first());
    int after = both.place(byGiven ? workdir.models() : workdir.train(number));
    UnseenErrors errors =
        both.errors(FramesDataset.read(spark, workdir.labels(number).toString()), before, after);
    return new Picked(
        new RunReport.Accuracy(
            byGiven ? 0 : iteration.labelledSoFar() - iteration.labels().labelled(),
            errors.errors(after)),
        plots(
            number == 0
                ? "picked in iteration 0, before any training on the new labels"
                : "that the models of iteration %d picked, the hardest for them".formatted(number),
            errors));
  }
}
