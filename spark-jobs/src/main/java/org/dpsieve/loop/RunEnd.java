package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.dpsieve.io.OwnFiles;

/** What comes after the last iteration: {@code result}, and {@code final_training} of it. */
final class RunEnd {
  private final Workdir workdir;
  private final Stages stages;
  private final CommittedStages committed;
  private final RunListener listener;

  RunEnd(Workdir workdir, Stages stages, CommittedStages committed, RunListener listener) {
    this.workdir = workdir;
    this.stages = stages;
    this.committed = committed;
    this.listener = listener;
  }

  /**
   * @param iteration the last
   */
  Facts.Result result(int iteration, Summary summary) {
    Map<String, String> inputs = committed.inputs(summary.labels().toArray(Path[]::new));
    if (summary.models() != null) {
      inputs.putAll(committed.inputs(summary.models()));
    }
    if (Files.exists(workdir.picks(iteration))) {
      inputs.putAll(committed.inputs(workdir.picks(iteration)));
    }
    inputs.put("verdict", summary.verdict().name());
    if (!stages.resultPool().isEmpty()) {
      inputs.put("result_pool", stages.resultPool());
    }
    if (Files.exists(workdir.result()) && !Commit.complete(workdir.result(), inputs)) {
      Commit.discard(workdir.result()); // of an earlier end of this run
    }
    return committed.run(
        iteration,
        "result",
        workdir.result(),
        inputs,
        Facts.Result.class,
        target -> stages.result(target, workdir.frames(), summary));
  }

  /** {@code final_training}, where there is a pool at the new level. */
  void finalTraining(int iteration, Facts.Result result) {
    if (stages.finishing().isEmpty() || result.pool() == null) {
      return;
    }
    if (!result.pool().written()) {
      listener.note("final_training is left out: " + RunTable.pool(result.pool()));
      return;
    }
    Map<String, String> inputs = committed.inputs(workdir.result());
    inputs.put("final_training", stages.finishing());
    Facts.Training training =
        committed.run(
            iteration,
            "final",
            workdir.finalModels(),
            inputs,
            Facts.Training.class,
            target -> stages.finish(target, workdir.result()));
    OwnFiles.remove(workdir.finalTasks());
    RunTable.finalTraining(training, result.errors() != null).forEach(listener::note);
  }
}
