package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dpsieve.loop.Record.Step;

/**
 * The iterations of {@code dpgen simplify} ({@code dpgen/simplify/simplify.py: run_iter}):
 * iteration 0 picks at random and labels; each later one trains, evaluates what is left of the
 * pool, classifies, picks and labels, until nothing is left to pick. Accurate frames leave the
 * pool; frames whose label failed stay in it. Every stage is committed as a whole, so that a run
 * killed anywhere goes on from its last complete stage and ends with the same bytes.
 */
public final class Simplify {
  private static final int SHOWN_FAILURES = 10;
  static final String TRUST = "trust levels";

  private final Workdir workdir;
  private final Settings settings;
  private final Stages stages;
  private final RunListener listener;
  private final Record record;

  private Facts.Pool pool;
  private final List<Summary.Iteration> iterations = new ArrayList<>();
  private final List<Path> labels = new ArrayList<>();

  /** The folder of the last training and what identifies it; null before there is one. */
  private Path models;

  private long labelled;
  private long labelledSinceTraining;
  private long left;

  public Simplify(Workdir workdir, Settings settings, Stages stages, RunListener listener) {
    this.workdir = workdir;
    this.settings = settings;
    this.stages = stages;
    this.listener = listener;
    this.record = new Record(workdir.record());
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
    RunIdentity.claim(workdir, settings.identity());
    noteShortRecord();
    pool = stage(0, "import", workdir.frames(), Map.of(), Facts.Pool.class, stages::importPool);
    left = pool.frames();
    int done = 0;
    for (int iteration = 0; ; iteration++) {
      boolean complete = Files.exists(workdir.labels(iteration));
      if (!complete && done == atMost) {
        return new Outcome(summary(Verdict.CONTINUE), null);
      }
      Verdict verdict = iteration(iteration);
      if (verdict != Verdict.CONTINUE) {
        return new Outcome(summary(verdict), result(iteration, verdict));
      }
      if (!complete) {
        done++;
      }
    }
  }

  private Verdict iteration(int iteration) {
    Facts.Training training = null;
    if (iteration > 0 || settings.initData()) {
      training = train(iteration);
    }
    if (iteration > 0 && left == 0) {
      return Verdict.CONVERGED;
    }
    if (settings.maxIter().isPresent() && iteration >= settings.maxIter().getAsInt()) {
      return Verdict.MAX_ITER;
    }
    long budget = settings.labelBudget().orElse(Integer.MAX_VALUE) - labelled;
    if (budget <= 0) {
      return Verdict.LABEL_BUDGET;
    }
    int atMost = (int) Math.min(settings.atMost(iteration), budget);
    Facts.Deviation deviation = iteration == 0 ? null : deviate(iteration);
    if (deviation != null && settings.reached(deviation.expected())) {
      return Verdict.TARGET_ERROR;
    }
    Facts.Picks picks = pick(iteration, atMost);
    if (picks.picked() == 0) {
      finish(new Summary.Iteration(iteration, training, deviation, picks, null, labelled));
      if (iteration == 0) {
        throw new StalledException(
            "iteration 0: none of the %d frames of the pool can be picked (fp_skip_bad_box sets %d aside)"
                .formatted(pool.frames(), picks.skipped()));
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

  private void finish(Summary.Iteration iteration) {
    iterations.add(iteration);
    listener.iteration(iteration);
  }

  private Facts.Training train(int iteration) {
    // The last labels of a run are always trained on, however few.
    boolean copy =
        iteration > 0 && left > 0 && labelledSinceTraining < Math.max(1, settings.trainMin());
    Path previous = models;
    Map<String, String> inputs = new TreeMap<>();
    if (copy && previous != null) {
      inputs.putAll(inputs(previous));
    } else if (!copy) {
      inputs.putAll(inputs(workdir.frames()));
      inputs.putAll(inputs(labels.toArray(Path[]::new)));
      if (stages.trainsFromPrevious() && previous != null) {
        inputs.putAll(inputs(previous));
      }
    }
    Facts.Training training =
        stage(
            iteration,
            "train",
            workdir.train(iteration),
            inputs,
            Facts.Training.class,
            target ->
                copy
                    ? stages.copyModels(target, previous)
                    : stages.train(target, iteration, workdir.frames(), labels, previous));
    finished(iteration, Step.TRAIN);
    models = workdir.train(iteration);
    if (!copy) {
      labelledSinceTraining = 0;
    }
    return training;
  }

  private Facts.Deviation deviate(int iteration) {
    Stages.Remaining remaining =
        new Stages.Remaining(
            workdir.frames(), workdir.picks(iteration - 1), workdir.labels(iteration - 1));
    Facts.Deviation deviation =
        stage(
            iteration,
            "deviation",
            workdir.deviation(iteration),
            inputs(models, remaining.picks(), remaining.labels()),
            Facts.Deviation.class,
            target -> stages.deviate(target, models, remaining));
    finished(iteration, Step.DEVIATION);
    return deviation;
  }

  private Facts.Picks pick(int iteration, int atMost) {
    Path target = workdir.picks(iteration);
    Path deviation = workdir.deviation(iteration);
    Map<String, String> inputs = inputs(iteration == 0 ? workdir.frames() : deviation);
    // Trust levels may be changed between two starts: that moves what is still open, not what is
    // labelled.
    inputs.put(
        TRUST,
        Files.exists(workdir.labels(iteration)) && Commit.exists(target)
            ? Commit.inputs(target).getOrDefault(TRUST, settings.trust())
            : settings.trust());
    Facts.Picks picks =
        stage(
            iteration,
            "pick",
            target,
            inputs,
            Facts.Picks.class,
            staged ->
                iteration == 0
                    ? stages.pickAtRandom(staged, workdir.frames(), atMost)
                    : stages.pick(staged, iteration, workdir.frames(), deviation, labels, atMost));
    finished(iteration, Step.PICK);
    return picks;
  }

  private Facts.Labels label(int iteration, Facts.Picks picks) {
    try {
      Facts.Labels got =
          stage(
              iteration,
              "label",
              workdir.labels(iteration),
              inputs(workdir.picks(iteration)),
              Facts.Labels.class,
              target -> {
                Facts.Labels all =
                    stages.label(target, iteration, workdir.frames(), workdir.picks(iteration));
                requireEnough(iteration, picks, all);
                return all;
              });
      listFailures(iteration, got.failures());
      finished(iteration, Step.LABEL);
      return got;
    } catch (StalledException e) {
      listFailures(iteration, e.failures());
      throw e;
    }
  }

  /**
   * {@code ratio_failed}, as DP-GEN's {@code post_fp_check_fail}; and no label at all is no
   * progress.
   */
  private void requireEnough(int iteration, Facts.Picks picks, Facts.Labels got) {
    long failed = got.failures().size();
    if (got.labelled() > 0 && failed <= settings.ratioFailed() * picks.picked()) {
      return;
    }
    throw new StalledException(
        "iteration %d: %d of %d labels failed, more than ratio_failed (%s) allows.%n%sAll of them: %s%nMend the cause and run again, or raise ratio_failed in the parameter file; failed frames stay in the pool"
            .formatted(
                iteration,
                failed,
                picks.picked(),
                settings.ratioFailed(),
                got.failures().stream()
                    .limit(SHOWN_FAILURES)
                    .map(f -> "  %s: %s%n".formatted(f.frame(), f.reason()))
                    .collect(Collectors.joining()),
                workdir.failedLabels(iteration)),
        got.failures());
  }

  private void listFailures(int iteration, List<Facts.Failure> failures) {
    if (failures.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder("frame_id\tframe\treason\n");
    for (Facts.Failure failure : failures) {
      text.append("%s\t%s\t%s\n".formatted(failure.frameId(), failure.frame(), failure.reason()));
    }
    Workdir.replace(workdir.failedLabels(iteration), text.toString());
  }

  private void stallOnFailed(int iteration, Facts.Picks picks) {
    String list =
        stages.failedFrames(
            workdir.frames(), workdir.deviation(iteration), workdir.picks(iteration));
    Workdir.replace(workdir.failedFrames(iteration), list);
    result(iteration, Verdict.STALLED);
    throw new StalledException(
        "iteration %d: no candidate is left, only failed frames (at or above an upper trust level, or NaN): %d%n%sAll of them: %s%nChoices: raise model_devi_f_trust_hi (or _e_) in the parameter file so that they become candidates, and run again; or take result/ as it is, which does not cover them"
            .formatted(
                iteration,
                picks.failedLeft(),
                list.lines()
                    .limit(SHOWN_FAILURES + 1L)
                    .map(line -> "  " + line + System.lineSeparator())
                    .collect(Collectors.joining()),
                workdir.failedFrames(iteration)));
  }

  private Facts.Result result(int iteration, Verdict verdict) {
    Map<String, String> inputs = inputs(labels.toArray(Path[]::new));
    if (models != null) {
      inputs.putAll(inputs(models));
    }
    if (Files.exists(workdir.picks(iteration))) {
      inputs.putAll(inputs(workdir.picks(iteration)));
    }
    inputs.put("verdict", verdict.name());
    if (Files.exists(workdir.result()) && !Commit.complete(workdir.result(), inputs)) {
      Commit.discard(workdir.result()); // of an earlier end of this run
    }
    return stage(
        iteration,
        "result",
        workdir.result(),
        inputs,
        Facts.Result.class,
        target -> stages.result(target, workdir.frames(), summary(verdict)));
  }

  private Summary summary(Verdict verdict) {
    return new Summary(verdict, pool, iterations, models, labels);
  }

  private <F> F stage(
      int iteration,
      String name,
      Path target,
      Map<String, String> inputs,
      Class<F> type,
      Function<Path, F> work) {
    if (Commit.complete(target, inputs)) {
      return Commit.verified(target, type); // once a call: all that follows reads it
    }
    listener.started(iteration, name);
    long start = System.nanoTime();
    F facts = Commit.make(target, inputs, work);
    listener.finished(iteration, name, (System.nanoTime() - start) / 1e9);
    return facts;
  }

  private Map<String, String> inputs(Path... folders) {
    Map<String, String> inputs = new TreeMap<>();
    for (Path folder : folders) {
      String name = workdir.root().relativize(folder).toString().replace('\\', '/');
      inputs.put(name, Commit.checksum(folder));
    }
    return inputs;
  }

  private void finished(int iteration, Step step) {
    if (record.tasks() < Record.tasksUpTo(iteration, step)) {
      record.finished(iteration, step);
    }
  }

  /** DP-GEN's users go back by editing the record. Here that does nothing: say what does. */
  private void noteShortRecord() {
    long tasks = record.tasks();
    for (int iteration = 0; Files.exists(workdir.picks(iteration)); iteration++) {
      if (tasks < Record.tasksUpTo(iteration, Step.TRAIN)) {
        listener.note(
            "record.dpgen ends before iteration %d, which is there: it is kept. To go back, remove %s and later folders"
                .formatted(iteration, workdir.iteration(iteration).getFileName()));
        return;
      }
    }
  }
}
