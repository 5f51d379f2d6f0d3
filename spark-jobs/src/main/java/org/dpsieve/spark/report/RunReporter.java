package org.dpsieve.spark.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureFiles;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.SummaryJson;
import org.dpsieve.loop.Workdir;
import org.dpsieve.outputlayer.property.PropertySolution;
import org.dpsieve.report.ReportPage;
import org.dpsieve.report.RunFigures;
import org.dpsieve.report.RunReport;
import org.dpsieve.spark.Versions;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.loop.SpreadFiles;
import org.dpsieve.spark.loop.UncertaintyFiles;
import org.dpsieve.spark.pick.FeatureMap;

/**
 * {@code report.html} of a work directory, made from what is complete there. Spark counts; nothing
 * that grows with the pool comes to the driver. Writing it again during a run costs the last
 * iteration alone.
 */
public final class RunReporter {
  private static final int MOST_COMPOSITIONS = 40;
  private static final int MOST_DISTRIBUTIONS = 8;

  /** Points on the curve of expected errors. */
  private static final int STEPS_AHEAD = 10;

  private final Workdir workdir;
  private final Supplier<SparkSession> open;
  private final Map<Integer, RunReport.Distribution> distributions = new HashMap<>();
  private List<RunReport.FormulaDeviation> byFormula;
  private UnseenLabels unseen;

  /** Among numbers of iterations. */
  private static final int POOL = -1;

  private Map<String, Long> poolByFormula;
  private final Map<Integer, Map<String, Long>> labelledByFormula = new HashMap<>();

  /**
   * @param open gives the session; not asked for where nothing has to be counted
   */
  public RunReporter(Workdir workdir, Supplier<SparkSession> open) {
    this.workdir = workdir;
    this.open = open;
  }

  /** Keeps copies of the models the run was given, so that errors before training can be shown. */
  public void keepModels(List<Path> models) {
    RunModels.keep(models, workdir.models());
  }

  /**
   * Writes the page, or replaces it as a whole.
   *
   * @return its file
   * @throws InputException when this is no work directory
   */
  public Path write() {
    return write(read());
  }

  /**
   * The same, and its charts as files of a folder.
   *
   * @throws InputException also when the folder cannot be written to
   */
  public Path write(Path figures) {
    RunReport report = read();
    Path page = write(report);
    FigureFiles.write(RunFigures.of(report), figures);
    return page;
  }

  private Path write(RunReport report) {
    Workdir.replace(workdir.report(), ReportPage.html(report));
    return workdir.report();
  }

  /** The charts alone; nothing in the work directory is written. */
  public List<Figure> figures() {
    return RunFigures.of(read());
  }

  /** What the page shows. */
  RunReport read() {
    RunHistory history = RunHistory.read(workdir);
    RunReport.ErrorPlots errors = null;
    String noErrors = null;
    try {
      errors =
          history.labelled() == 0 || history.property().isPresent()
              ? null
              : unseen(history).plots(history).orElse(null);
    } catch (InputException e) {
      noErrors = e.getMessage();
    }
    List<RunReport.Composition> compositions = List.of();
    long formulas = 0;
    if (history.pool() != null) {
      count(history);
      formulas = poolByFormula.size();
      compositions = Compositions.of(poolByFormula, labelled(history), MOST_COMPOSITIONS);
    }
    return new RunReport(
        history,
        distributions(history),
        byFormula(history),
        compositions,
        formulas - compositions.size(),
        errors,
        noErrors,
        expected(history),
        features(history),
        failures(history),
        property(history),
        history.result() == null
            ? Versions.all()
            : SummaryJson.versions(workdir.result().resolve("summary.json")));
  }

  private UnseenLabels unseen(RunHistory history) {
    if (unseen == null) {
      unseen = new UnseenLabels(open.get(), workdir, history.typeMap());
    }
    return unseen;
  }

  /** What is not counted yet of pool and labels, by formula. */
  private void count(RunHistory history) {
    Map<Integer, Dataset<Row>> missing = new TreeMap<>();
    if (poolByFormula == null) {
      missing.put(POOL, frames(workdir.frames().resolve("pool.parquet")));
    }
    for (Summary.Iteration iteration : history.iterations()) {
      int number = iteration.number();
      if (iteration.labels() != null && !labelledByFormula.containsKey(number)) {
        missing.put(number, frames(workdir.labels(number)));
      }
    }
    Map<Integer, Map<String, Long>> counts = Compositions.count(missing);
    if (counts.containsKey(POOL)) {
      poolByFormula = counts.remove(POOL);
    }
    labelledByFormula.putAll(counts);
  }

  private Dataset<Row> frames(Path folder) {
    return FramesDataset.read(open.get(), folder.toString());
  }

  /** Frames with a new label, by formula. */
  private Map<String, Long> labelled(RunHistory history) {
    Map<String, Long> all = new HashMap<>();
    for (Summary.Iteration iteration : history.iterations()) {
      if (iteration.labels() != null) {
        labelledByFormula
            .get(iteration.number())
            .forEach((formula, count) -> all.merge(formula, count, Long::sum));
      }
    }
    return all;
  }

  /** Of the first, the last and some between; then the whole pool's. */
  private List<RunReport.Distribution> distributions(RunHistory history) {
    List<Integer> asked =
        history.iterations().stream()
            .filter(iteration -> iteration.deviation() != null)
            .map(Summary.Iteration::number)
            .toList();
    List<RunReport.Distribution> shown = new ArrayList<>();
    int most = Math.min(asked.size(), MOST_DISTRIBUTIONS);
    for (int i = 0; i < most; i++) {
      shown.add(
          distributions.computeIfAbsent(
              asked.get(most == 1 ? 0 : i * (asked.size() - 1) / (most - 1)),
              number ->
                  Distributions.of(
                      table(workdir.picks(number), history),
                      history.measure(),
                      number,
                      history.forceLevels(number).orElse(null))));
    }
    if (history.result() != null) {
      shown.add(
          Distributions.of(
              table(workdir.result().resolve("deviation.parquet"), history),
              history.measure(),
              null,
              history.forceLevels(history.iterations().size() - 1).orElse(null)));
    }
    return shown;
  }

  /** Of the first iteration that asked the models, when most frames were left. */
  private List<RunReport.FormulaDeviation> byFormula(RunHistory history) {
    int first = 0;
    while (first < history.iterations().size()
        && history.iterations().get(first).deviation() == null) {
      first++;
    }
    if (first == history.iterations().size()) {
      return List.of();
    }
    if (byFormula == null) {
      byFormula =
          Distributions.byFormula(
              table(workdir.picks(first), history),
              history.measure(),
              frames(workdir.frames().resolve("pool.parquet")),
              MOST_COMPOSITIONS);
    }
    return byFormula;
  }

  private Dataset<Row> table(Path folder, RunHistory history) {
    return FramesDataset.readParts(
        open.get(), folder.toString(), List.of(history.measure().column()), "deviations");
  }

  /** {@code null} in a run for energies. */
  private RunReport.PropertyPlots property(RunHistory history) {
    if (history.property().isEmpty()) {
      return null;
    }
    List<RunReport.PropertyPoint> leftOut = List.of();
    if (!history.trainings().isEmpty()) {
      Facts.Training training = lastTraining(history);
      PropertySolution.LeftOut left =
          SpreadFiles.leftOut(workdir.train(history.trainings().lastKey()));
      if (left != null && training != null) {
        leftOut = PropertyNumbers.leftOut(left, training.models().get(0).property());
      }
    }
    Path unseen = workdir.result().resolve("held_out.parquet");
    boolean known = history.result() != null && Files.exists(unseen);
    return new RunReport.PropertyPlots(
        history.property().get(),
        leftOut,
        known
            ? PropertyNumbers.unseen(
                FramesDataset.readParts(
                        open.get(), unseen.toString(), List.of("values"), "values of frames")
                    .collectAsList())
            : List.of());
  }

  /** Whose models those of the last folder are, or are copies of. */
  private static Facts.Training lastTraining(RunHistory history) {
    return history.trainings().values().stream()
        .filter(training -> !training.models().isEmpty())
        .reduce((first, second) -> second)
        .orElse(null);
  }

  private RunReport.ExpectedErrors expected(RunHistory history) {
    if (history.trainings().isEmpty()) {
      return null;
    }
    UncertaintyFiles.Numbers numbers =
        UncertaintyFiles.numbers(workdir.train(history.trainings().lastKey())).orElse(null);
    if (numbers == null) {
      return null;
    }
    List<RunReport.AtLabels> pool = new ArrayList<>();
    long labels = 0;
    for (Map.Entry<Integer, Facts.Training> training : history.trainings().entrySet()) {
      labels = Math.max(labels, training.getValue().frames());
      Facts.Expected expected = expected(history, training.getKey());
      if (expected != null && expected.known()) {
        pool.add(new RunReport.AtLabels(labels, expected.energy(), expected.force()));
      }
    }
    return new RunReport.ExpectedErrors(
        numbers.labels(), numbers.reliability(), pool, ahead(pool, numbers));
  }

  /** By the models of an iteration; {@code null} where they were not asked. */
  private static Facts.Expected expected(RunHistory history, int iteration) {
    if (iteration < history.iterations().size()) {
      Facts.Deviation deviation = history.iterations().get(iteration).deviation();
      return deviation == null ? null : deviation.expected();
    }
    return history.result() == null ? null : history.result().expected();
  }

  private static List<RunReport.AtLabels> ahead(
      List<RunReport.AtLabels> pool, UncertaintyFiles.Numbers numbers) {
    List<RunReport.AtLabels> ahead = new ArrayList<>();
    if (pool.isEmpty() || numbers.curve() == null) {
      return ahead;
    }
    RunReport.AtLabels now = pool.get(pool.size() - 1);
    double energy = numbers.curve().energyRatio(now.labels(), now.labels());
    if (Double.isNaN(energy + numbers.curve().forceRatio(now.labels(), now.labels()))) {
      return ahead; // no such labels
    }
    for (int step = 0; step <= STEPS_AHEAD; step++) {
      long then = now.labels() + (long) step * Facts.Expected.NEXT / STEPS_AHEAD;
      ahead.add(
          new RunReport.AtLabels(
              then,
              now.energy() * numbers.curve().energyRatio(now.labels(), then),
              now.force() * numbers.curve().forceRatio(now.labels(), then)));
    }
    return ahead;
  }

  /** {@code null} where the first model's features cannot be had. */
  private RunReport.FeatureSpace features(RunHistory history) {
    List<RunReport.Picks> picks = new ArrayList<>();
    List<double[]> pool = List.of();
    for (Summary.Iteration iteration : history.iterations()) {
      FeatureMap map = FeatureMap.read(workdir.picks(iteration.number())).orElse(null);
      if (map == null) {
        return null;
      }
      if (pool.isEmpty()) {
        pool = map.sample();
      }
      if (!map.picked().isEmpty()) {
        picks.add(new RunReport.Picks(iteration.number(), map.picked()));
      }
    }
    return pool.isEmpty() ? null : new RunReport.FeatureSpace(pool, picks);
  }

  private List<RunReport.Failure> failures(RunHistory history) {
    List<RunReport.Failure> failures = new ArrayList<>();
    for (Summary.Iteration iteration : history.iterations()) {
      if (iteration.labels() != null) {
        for (Facts.Failure failure : iteration.labels().failures()) {
          failures.add(
              new RunReport.Failure(iteration.number(), failure.frame(), failure.reason()));
        }
      } else {
        failures.addAll(listed(iteration.number()));
      }
    }
    return failures;
  }

  /** Of an iteration that too many failures have stalled. */
  private List<RunReport.Failure> listed(int iteration) {
    Path file = workdir.failedLabels(iteration);
    if (!Files.exists(file)) {
      return List.of();
    }
    return OwnFiles.lines(file).stream()
        .skip(1)
        .map(line -> line.split("\t", 3))
        .filter(columns -> columns.length == 3)
        .map(columns -> new RunReport.Failure(iteration, columns[1], columns[2]))
        .toList();
  }
}
