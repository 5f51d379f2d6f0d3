package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dpsieve.loop.DpgenRecord.Step;
import org.dpsieve.text.Counted;

/**
 * The iterations of {@code dpgen simplify} ({@code dpgen/simplify/simplify.py: run_iter}):
 * iteration 0 picks at random and labels; each later one trains, evaluates what is left of the
 * pool, classifies, picks and labels, until nothing is left to pick. Accurate frames leave the
 * pool; frames whose label failed stay in it. Unlike there, nothing ends before the newest models
 * have been asked about every frame that could be picked: those that were accurate once come back
 * where they no longer are. Every stage is committed as a whole, so that a run killed anywhere goes
 * on from its last complete stage and ends with the same bytes.
 */
public final class Simplify {
  static final String TRUST = "trust levels";

  /** In the inputs of a deviation of all frames that could be picked, not of those left alone. */
  private static final String FRAMES = "frames";

  private static final String ALL = "all that are not labelled";

  private final Workdir workdir;
  private final Settings settings;
  private final Stages stages;
  private final RunListener listener;
  private final DpgenRecord record;
  private final Standstill standstill;
  private final CommittedStages committed;
  private final RunEnd end;

  private Facts.Pool pool;
  private final List<Summary.Iteration> iterations = new ArrayList<>();
  private final List<Path> allPicks = new ArrayList<>();
  private final List<Path> picksByModels = new ArrayList<>(); // all but iteration 0's
  private final List<Path> labels = new ArrayList<>();

  /** Tables of picks whose accurate frames were not looked at since, and how many those are. */
  private final List<Path> accuratePicks = new ArrayList<>();

  private long accurate;

  /** The folder of the last training and what identifies it; null before there is one. */
  private Path models;

  /** The table of what the models were asked; null where they were not. */
  private Path evaluated;

  private long labelled;
  private long labelledSinceTraining;
  private long left;

  public Simplify(Workdir workdir, Settings settings, Stages stages, RunListener listener) {
    this.workdir = workdir;
    this.settings = settings;
    this.stages = stages;
    this.listener = listener;
    this.record = new DpgenRecord(workdir.record());
    this.standstill = new Standstill(workdir, settings.ratioFailed());
    this.committed = new CommittedStages(workdir, listener);
    this.end = new RunEnd(workdir, stages, committed, listener);
  }

  /** How a call ended; the result is {@code null} when there is none (yet). */
  public record Outcome(Summary summary, Facts.Result result) {
    public Verdict verdict() {
      return summary.verdict();
    }
  }

  /**
   * The whole run, from where it stopped.
   *
   * @throws StalledException when a person has to decide
   */
  public Outcome run() {
    return iterate(Integer.MAX_VALUE);
  }

  /**
   * Exactly one iteration: the first that is not complete.
   *
   * @throws StalledException when a person has to decide
   */
  public Outcome iterate() {
    return iterate(1);
  }

  private Outcome iterate(int atMost) {
    int open = 0;
    while (isComplete(open)) {
      open++;
    }
    for (Change change : RunIdentity.claim(workdir, settings.keys(), open)) {
      listener.note(
          "changed since the last call, from iteration %d on: %s".formatted(open, change.words()));
    }
    noteShortRecord();
    PoolImport sources = new PoolImport(workdir, stages, listener);
    sources.noteChangedSources();
    pool = committed.run(0, "import", workdir.frames(), Map.of(), Facts.Pool.class, sources::write);
    left = pool.frames();
    int done = 0;
    for (int iteration = 0; ; iteration++) {
      boolean complete = isComplete(iteration);
      if (!complete && done == atMost) {
        return new Outcome(summary(Verdict.CONTINUE), null);
      }
      Verdict verdict = iteration(iteration, false);
      if (verdict != Verdict.CONTINUE) {
        Summary summary = summary(verdict);
        Facts.Result result = end.result(iteration, summary);
        end.finalTraining(iteration, result);
        return new Outcome(summary, result);
      }
      if (!complete) {
        done++;
      }
    }
  }

  private boolean isComplete(int iteration) {
    return Files.exists(workdir.labels(iteration))
        || (iteration == 0
            && Commit.exists(workdir.picks(0))
            && Commit.facts(workdir.picks(0), Facts.Picks.class).picked() == 0);
  }

  /**
   * @param last whether it turned out to be the last one: then a training is not put off, for the
   *     last labels of a run are always trained on, however few
   */
  private Verdict iteration(int iteration, boolean last) {
    boolean enough = settings.maxIter().isPresent() && iteration >= settings.maxIter().getAsInt();
    long budget = settings.labelBudget().orElse(Integer.MAX_VALUE) - labelled;
    Path before = models;
    evaluated = null;
    Facts.Training training = null;
    if (iteration > 0 || settings.initData()) {
      training = train(iteration, last || enough || budget <= 0);
    }
    if (iteration > 0 && left == 0 && !mayReturn() && !isOfAll(iteration)) {
      return Verdict.CONVERGED;
    }
    if (enough) {
      return Verdict.MAX_ITER;
    }
    if (budget <= 0) {
      return Verdict.LABEL_BUDGET;
    }
    int atMost = (int) Math.min(settings.atMost(iteration), budget);
    Facts.Deviation deviation = null;
    boolean all = iteration > 0 && (left == 0 || isOfAll(iteration));
    if (iteration > 0) {
      deviation = deviate(iteration, all);
      boolean ends = settings.reached(deviation.expected());
      if (!all && mayReturn() && !hasPicked(iteration) && (ends || hasRoom(iteration, atMost))) {
        all = true;
        deviation = deviateAgain(iteration);
        ends = settings.reached(deviation.expected());
      }
      if (ends) {
        return labelledSinceTraining > 0 ? trained(iteration, before) : Verdict.TARGET_ERROR;
      }
    }
    Facts.Picks picks = pick(iteration, atMost);
    if (picks.picked() == 0 && iteration > 0 && !all && mayReturn()) { // candidates were unfit
      all = true;
      deviation = deviateAgain(iteration);
      picks = pick(iteration, atMost);
    }
    if (picks.picked() == 0 && labelledSinceTraining > 0) {
      return trained(iteration, before);
    }
    remember(iteration, picks, all);
    if (picks.picked() == 0) {
      finish(new Summary.Iteration(iteration, training, deviation, picks, null, labelled));
      if (iteration == 0 && picks.frames() > picks.skipped()) {
        // init_pick_number is 0: the models are asked at once
        left = picks.frames() - picks.skipped();
        return Verdict.CONTINUE;
      }
      if (iteration == 0) {
        throw new StalledException(
            "iteration 0: none of the %s of the pool can be labelled (%s)"
                .formatted(Counted.of(pool.frames(), "frame"), RunTable.reasons(picks)));
      }
      if (picks.failedLeft() > 0) {
        stallOnFailed(iteration, picks);
      }
      return Verdict.CONVERGED;
    }
    Facts.Labels got = label(iteration, picks);
    labelled += got.labelled();
    labelledSinceTraining += got.labelled();
    left = picks.frames() - picks.accurate() - picks.skipped() - got.labelled();
    labels.add(workdir.labels(iteration));
    finish(new Summary.Iteration(iteration, training, deviation, picks, got, labelled));
    return Verdict.CONTINUE;
  }

  /** The run would end here with labels on which training was put off: they have a say first. */
  private Verdict trained(int iteration, Path before) {
    listener.note(
        "iteration %d: before the run ends, the models are trained on the last %s, too"
            .formatted(iteration, Counted.of(labelledSinceTraining, "label")));
    discard(workdir.picks(iteration), workdir.deviation(iteration), workdir.train(iteration));
    models = before;
    return iteration(iteration, true);
  }

  /** Whether there are frames that were accurate once and may be so no longer. */
  private boolean mayReturn() {
    return accurate > 0 && !settings.accurateForGood();
  }

  /** Whether an iteration has evaluated all frames that could be picked. */
  private boolean isOfAll(int iteration) {
    return iteration > 0
        && Commit.complete(workdir.deviation(iteration), deviationInputs(iteration, true));
  }

  private boolean hasLabels(int iteration) {
    return labels.contains(workdir.labels(iteration));
  }

  /** Then what is picked stays picked: it may be labelled, or its tasks be under way. */
  private boolean hasPicked(int iteration) {
    return Commit.complete(workdir.picks(iteration), pickInputs(iteration));
  }

  /** Whether fewer candidates are left than may be labelled. */
  private boolean hasRoom(int iteration, int atMost) {
    return stages.candidates(workdir.deviation(iteration)) < atMost;
  }

  private void remember(int iteration, Facts.Picks decided, boolean all) {
    if (all) {
      accurate = 0;
      accuratePicks.clear();
    }
    accurate += decided.accurate();
    accuratePicks.add(workdir.picks(iteration));
    allPicks.add(workdir.picks(iteration));
    if (iteration > 0) {
      picksByModels.add(workdir.picks(iteration));
    }
  }

  private void finish(Summary.Iteration iteration) {
    iterations.add(iteration);
    listener.iteration(iteration);
  }

  private Facts.Training train(int iteration, boolean last) {
    Path previous = models;
    Map<String, String> trained = committed.inputs(workdir.frames());
    trained.putAll(committed.inputs(labels.toArray(Path[]::new)));
    trained.putAll(committed.inputs(picksByModels.toArray(Path[]::new)));
    if (previous != null) {
      trained.putAll(committed.inputs(previous));
    }
    boolean few = labelledSinceTraining < Math.max(1, last ? 1 : settings.trainMin());
    boolean copy =
        iteration > 0
            && left > 0
            && few
            && (previous != null || stages.modelsGiven())
            && !(labelledSinceTraining > 0 && Commit.complete(workdir.train(iteration), trained));
    Map<String, String> inputs =
        !copy ? trained : previous == null ? Map.of() : committed.inputs(previous);
    Facts.Training training =
        committed.run(
            iteration,
            "train",
            workdir.train(iteration),
            inputs,
            Facts.Training.class,
            target ->
                copy
                    ? stages.copyModels(target, previous)
                    : stages.train(
                        target, iteration, workdir.frames(), labels, picksByModels, previous));
    finished(iteration, Step.TRAIN);
    models = workdir.train(iteration);
    if (!copy) {
      labelledSinceTraining = 0;
    }
    return training;
  }

  private Facts.Deviation deviate(int iteration, boolean all) {
    Stages.Remaining remaining =
        new Stages.Remaining(
            workdir.frames(),
            workdir.picks(iteration - 1),
            hasLabels(iteration - 1) ? workdir.labels(iteration - 1) : null,
            accuratePicks);
    Facts.Deviation deviation =
        committed.run(
            iteration,
            "deviation",
            workdir.deviation(iteration),
            deviationInputs(iteration, all),
            Facts.Deviation.class,
            target ->
                all
                    ? stages.deviateAll(target, models, workdir.frames(), allPicks, labels)
                    : stages.deviate(target, models, remaining));
    finished(iteration, Step.DEVIATION);
    evaluated = workdir.deviation(iteration);
    return deviation;
  }

  /** What is left fills no iteration any more: frames that were accurate once have a say, too. */
  private Facts.Deviation deviateAgain(int iteration) {
    listener.note(
        "iteration %d: there is room for more labels; %s looked at again"
            .formatted(
                iteration,
                Counted.of(
                    accurate,
                    "frame that was accurate once is",
                    "frames that were accurate once are")));
    discard(workdir.picks(iteration), workdir.deviation(iteration));
    return deviate(iteration, true);
  }

  private static void discard(Path... folders) {
    for (Path folder : folders) {
      if (Commit.exists(folder)) {
        Commit.discard(folder);
      }
    }
  }

  private Map<String, String> deviationInputs(int iteration, boolean all) {
    Map<String, String> inputs = committed.inputs(models, workdir.picks(iteration - 1));
    if (hasLabels(iteration - 1)) {
      inputs.putAll(committed.inputs(workdir.labels(iteration - 1)));
    }
    if (all) {
      inputs.put(FRAMES, ALL);
    }
    return inputs;
  }

  private Facts.Picks pick(int iteration, int atMost) {
    Path target = workdir.picks(iteration);
    Path deviation = workdir.deviation(iteration);
    Facts.Picks picks =
        committed.run(
            iteration,
            "pick",
            target,
            pickInputs(iteration),
            Facts.Picks.class,
            staged ->
                iteration == 0
                    ? stages.pickAtRandom(staged, workdir.frames(), atMost)
                    : stages.pick(staged, iteration, workdir.frames(), deviation, labels, atMost));
    finished(iteration, Step.PICK);
    return picks;
  }

  /**
   * Trust levels may be changed between two starts: that moves what is still open, not what is
   * labelled.
   */
  private Map<String, String> pickInputs(int iteration) {
    Path target = workdir.picks(iteration);
    Map<String, String> inputs =
        committed.inputs(iteration == 0 ? workdir.frames() : workdir.deviation(iteration));
    inputs.put(
        TRUST,
        Files.exists(workdir.labels(iteration)) && Commit.exists(target)
            ? Commit.inputs(target).getOrDefault(TRUST, settings.trust())
            : settings.trust());
    return inputs;
  }

  private Facts.Labels label(int iteration, Facts.Picks picks) {
    try {
      Facts.Labels got =
          committed.run(
              iteration,
              "label",
              workdir.labels(iteration),
              committed.inputs(workdir.picks(iteration)),
              Facts.Labels.class,
              target -> {
                Facts.Labels all =
                    stages.label(target, iteration, workdir.frames(), workdir.picks(iteration));
                standstill.requireEnough(iteration, picks, all);
                return all;
              });
      standstill.list(iteration, got.failures());
      finished(iteration, Step.LABEL);
      return got;
    } catch (StalledException e) {
      standstill.list(iteration, e.failures());
      throw e;
    }
  }

  private void stallOnFailed(int iteration, Facts.Picks picks) {
    String list =
        stages.failedFrames(
            workdir.frames(), workdir.deviation(iteration), workdir.picks(iteration));
    StalledException stalled = standstill.onFailed(iteration, picks, list);
    end.result(iteration, summary(Verdict.STALLED));
    throw stalled;
  }

  private Summary summary(Verdict verdict) {
    return new Summary(
        verdict,
        pool,
        iterations,
        models,
        evaluated,
        allPicks,
        labels,
        RunIdentity.changes(workdir));
  }

  private void finished(int iteration, Step step) {
    if (record.tasks() < DpgenRecord.tasksUpTo(iteration, step)) {
      record.finished(iteration, step);
    }
  }

  /** DP-GEN's users go back by editing the record. Here that does nothing: say what does. */
  private void noteShortRecord() {
    long tasks = record.tasks();
    for (int iteration = 0; Files.exists(workdir.picks(iteration)); iteration++) {
      if (tasks < DpgenRecord.tasksUpTo(iteration, Step.TRAIN)) {
        listener.note(
            "record.dpgen ends before iteration %d, which is there: it is kept. To go back, remove %s and later folders"
                .formatted(iteration, workdir.iteration(iteration).getFileName()));
        return;
      }
    }
  }
}
