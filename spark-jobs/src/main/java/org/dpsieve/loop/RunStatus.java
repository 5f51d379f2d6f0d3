package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.node.TaskJournal;
import org.dpsieve.text.Counted;
import org.dpsieve.train.LossCurve;

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
   * @throws org.dpsieve.error.InputException when the folder is no work directory
   */
  public List<String> lines() {
    RunHistory history = RunHistory.read(workdir);
    List<String> lines = new ArrayList<>();
    lines.add("work directory: " + workdir.root());
    Facts.Pool pool = history.pool();
    if (pool != null) {
      lines.add(
          "pool: %s, %s set aside at import"
              .formatted(Counted.of(pool.frames(), "frame"), RunTable.count(pool.quarantined())));
    }
    if (!history.iterations().isEmpty()) {
      RunTable table = new RunTable(pool.frames(), history.measure());
      lines.addAll(table.header());
      for (Summary.Iteration iteration : history.iterations()) {
        lines.add(table.row(iteration, history.timings().of(iteration.number())));
        RunTable.unfit(iteration.picks()).ifPresent(text -> lines.add("     " + text));
      }
    }
    lines.addAll(tasks());
    if (history.result() != null && history.result().pool() != null) {
      lines.add(RunTable.pool(history.result().pool()));
    }
    Warnings.of(history.iterations(), history.result()).forEach(w -> lines.add("WARNING: " + w));
    lines.add(history.state());
    return lines;
  }

  /**
   * As JSON for other programs, see {@link StatusJson}.
   *
   * @throws org.dpsieve.error.InputException when the folder is no work directory
   */
  public String json() {
    RunHistory history = RunHistory.read(workdir);
    List<StatusJson.Task> tasks = new ArrayList<>();
    int last = lastWithTasks();
    for (String step : last < 0 ? List.<String>of() : STEPS) {
      entries(last, step).forEach(entry -> tasks.add(StatusJson.Task.of(last, step, entry)));
    }
    finalTasks().forEach(entry -> tasks.add(StatusJson.Task.of(null, "train", entry)));
    return StatusJson.of(history, tasks).text();
  }

  /** The last iteration that has tasks; -1 for none. */
  private int lastWithTasks() {
    int last = -1;
    for (int i = 0; Files.exists(workdir.iteration(i)); i++) {
      for (String step : STEPS) {
        last = Files.exists(workdir.tasks(i, step)) ? i : last;
      }
    }
    return last;
  }

  private List<TaskJournal.Entry> finalTasks() {
    return Files.exists(workdir.finalJournal())
        ? TaskJournal.read(workdir.finalJournal())
        : List.of();
  }

  /** Of the last iteration that has any: its steps' tasks, each with its state. */
  private List<String> tasks() {
    int last = lastWithTasks();
    List<String> lines = new ArrayList<>();
    for (String step : STEPS) {
      lines.addAll(
          TaskTable.lines(
              "tasks of iteration %d, %s:".formatted(last, step),
              last < 0 ? List.of() : entries(last, step)));
    }
    lines.addAll(TaskTable.lines("tasks of final_training:", finalTasks()));
    return lines;
  }

  /** A training that is running has got so far as its loss curve. */
  private List<TaskJournal.Entry> entries(int iteration, String step) {
    Path folders = Workdir.trainTasks(workdir.train(iteration));
    return TaskJournal.read(workdir.tasks(iteration, step)).stream()
        .map(
            task ->
                step.equals("train") && task.open()
                    ? LossCurve.last(folders.resolve(task.task()).resolve("lcurve.out"))
                        .map(point -> task.withReason(point.toString()))
                        .orElse(task)
                    : task)
        .toList();
  }
}
