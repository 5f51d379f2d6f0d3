package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.node.TaskJournal;

/** Where a run stands, from what is complete in its work directory. Changes nothing there. */
public final class RunStatus {
  private static final List<String> STEPS = List.of("train", "fp");

  private final Workdir workdir;

  public RunStatus(Workdir workdir) {
    this.workdir = workdir;
  }

  /**
   * As text for a terminal.
   *
   * @throws InputException when the folder is no work directory
   */
  public List<String> lines() {
    if (!Files.exists(workdir.identity())) {
      throw new InputException(
          "%s: no run of dpsieve here (no run.json); name a folder given to simplify as --workdir"
              .formatted(workdir.root()));
    }
    List<String> lines = new ArrayList<>();
    lines.add("work directory: " + workdir.root());
    Optional<Facts.Pool> pool = read(workdir.frames(), Facts.Pool.class);
    if (pool.isEmpty()) {
      lines.add("next: import the pool");
      return lines;
    }
    lines.add(
        "pool: %s frames, %s set aside at import"
            .formatted(
                RunTable.count(pool.get().frames()), RunTable.count(pool.get().quarantined())));
    List<Summary.Iteration> iterations = iterations();
    if (!iterations.isEmpty()) {
      RunTable table = new RunTable(pool.get().frames());
      Timings timings = new Timings(workdir.timings());
      lines.addAll(table.header());
      for (Summary.Iteration iteration : iterations) {
        lines.add(table.row(iteration, timings.of(iteration.number())));
      }
    }
    lines.addAll(tasks());
    lines.add(next(iterations));
    return lines;
  }

  /** Of the last iteration that has any: its steps' tasks, each with its state. */
  private List<String> tasks() {
    int last = -1;
    for (int i = 0; Files.exists(workdir.iteration(i)); i++) {
      for (String step : STEPS) {
        last = Files.exists(workdir.tasks(i, step)) ? i : last;
      }
    }
    List<String> lines = new ArrayList<>();
    for (String step : STEPS) {
      lines.addAll(
          TaskTable.lines(
              "tasks of iteration %d, %s:".formatted(last, step),
              last < 0 ? List.of() : TaskJournal.read(workdir.tasks(last, step))));
    }
    return lines;
  }

  private List<Summary.Iteration> iterations() {
    List<Summary.Iteration> iterations = new ArrayList<>();
    long labelled = 0;
    for (int i = 0; Commit.exists(workdir.picks(i)); i++) {
      Facts.Labels labels = read(workdir.labels(i), Facts.Labels.class).orElse(null);
      labelled += labels == null ? 0 : labels.labelled();
      iterations.add(
          new Summary.Iteration(
              i,
              read(workdir.train(i), Facts.Training.class).orElse(null),
              read(workdir.deviation(i), Facts.Deviation.class).orElse(null),
              Commit.facts(workdir.picks(i), Facts.Picks.class),
              labels,
              labelled));
    }
    return iterations;
  }

  private String next(List<Summary.Iteration> iterations) {
    Optional<Facts.Result> result = read(workdir.result(), Facts.Result.class);
    if (result.isPresent()) {
      return "ended: %s, %s frames labelled; see %s"
          .formatted(
              result.get().verdict().name().toLowerCase(Locale.ROOT),
              RunTable.count(result.get().labelled()),
              workdir.result());
    }
    int last = iterations.size() - 1;
    if (last >= 0 && iterations.get(last).labels() == null) {
      return "next: label the picked frames of iteration %d".formatted(last);
    }
    int iteration = last + 1;
    if (iteration > 0 && !Commit.exists(workdir.train(iteration))) {
      return "next: train in iteration %d".formatted(iteration);
    }
    if (iteration > 0 && !Commit.exists(workdir.deviation(iteration))) {
      return "next: evaluate what is left of the pool in iteration %d".formatted(iteration);
    }
    return "next: pick in iteration %d".formatted(iteration);
  }

  private static <F> Optional<F> read(Path target, Class<F> type) {
    return Commit.exists(target) ? Optional.of(Commit.facts(target, type)) : Optional.empty();
  }
}
