package org.dpsieve.node;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tasks on a node, with another attempt for those that may end better then. */
public final class TaskRuns {
  private final Node node;
  private final int retries;
  private final TaskJournal journal;
  private final TaskListener listener;
  private volatile boolean stopped;

  /**
   * @param retries how many more attempts a task gets
   * @param listener hears what the journal hears
   */
  public TaskRuns(Node node, int retries, TaskJournal journal, TaskListener listener) {
    this.node = node;
    this.retries = retries;
    this.journal = journal;
    this.listener = listener;
  }

  /**
   * Runs all tasks.
   *
   * @param judge what the ends are in view of the files that came back; called after each round
   * @return each task's last end
   * @throws CancellationException when {@link #stop} was called meanwhile
   */
  public Map<String, TaskEnd> run(
      List<NodeTask> tasks, Function<List<TaskEnd>, List<TaskEnd>> judge) {
    Map<String, TaskEnd> ends = new LinkedHashMap<>();
    List<NodeTask> todo = tasks;
    TaskListener both = new Both();
    for (int attempt = 1; attempt <= retries + 1 && !todo.isEmpty(); attempt++) {
      journal.attempt(todo.stream().map(NodeTask::name).toList(), attempt);
      List<TaskEnd> round = node.run(todo, both);
      if (stopped) {
        throw new CancellationException("stopped");
      }
      for (TaskEnd end : judge.apply(round)) {
        ends.put(end.task(), end);
        both.ended(end);
      }
      todo =
          todo.stream()
              .filter(task -> ends.containsKey(task.name()) && ends.get(task.name()).again())
              .toList();
    }
    return ends;
  }

  /** Called when the program is told to stop. */
  public void stop(OnExit onExit) {
    stopped = true;
    node.stop(onExit);
    if (onExit == OnExit.CANCEL) {
      journal.cancelled();
    }
  }

  /** How many tasks are in each state: {@code 3 queued, 2 running, 5 finished}. */
  public static String counts(TaskJournal journal) {
    return journal.entries().stream()
        .collect(
            Collectors.groupingBy(
                TaskJournal.Entry::state, LinkedHashMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  /** To the journal, then to the listener; nothing after the program was told to stop. */
  private final class Both implements TaskListener {
    @Override
    public void state(List<String> tasks, State state, String where) {
      if (!stopped) {
        journal.state(tasks, state, where);
        listener.state(tasks, state, where);
      }
    }

    @Override
    public void ended(TaskEnd end) {
      if (!stopped) {
        journal.ended(end);
        listener.ended(end);
      }
    }

    @Override
    public void note(String text) {
      listener.note(text);
    }
  }
}
