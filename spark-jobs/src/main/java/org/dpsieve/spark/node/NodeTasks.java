package org.dpsieve.spark.node;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.node.DispatcherNode;
import org.dpsieve.node.LocalNode;
import org.dpsieve.node.Node;
import org.dpsieve.node.NodeTask;
import org.dpsieve.node.OnExit;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.node.TaskJournal;
import org.dpsieve.node.TaskListener;
import org.dpsieve.node.TaskRuns;

/** The tasks of a run's steps, on the node that machine.json gives each step. */
public final class NodeTasks {
  private static final int DETAIL_MILLIS = 2000;

  private final Supplier<SparkSession> spark;
  private final Consumer<String> progress;
  private final Consumer<String> notes;
  private TaskRuns current;
  private boolean stopped;

  /**
   * @param progress hears how many tasks are in each state, at every change
   * @param notes hears what a person should know
   */
  public NodeTasks(
      Supplier<SparkSession> spark, Consumer<String> progress, Consumer<String> notes) {
    this.spark = spark;
    this.progress = progress;
    this.notes = notes;
  }

  private Node node(NodeConfig config) {
    return switch (config.backend()) {
      case LOCAL -> new LocalNode(config.tasksAtOnce(), config.timeLimit(), environment(config));
      case SPARK -> new SparkNode(spark, config, environment(config));
      case DPDISPATCHER ->
          new DispatcherNode(
              config.python(),
              config.machine(),
              config.resources(),
              config.pollInterval(),
              config.timeLimit());
    };
  }

  /** {@code resources.envs}. */
  private static Map<String, String> environment(NodeConfig config) {
    Map<String, String> environment = new LinkedHashMap<>();
    if (config.resources().get("envs") instanceof Map<?, ?> envs) {
      envs.forEach((name, value) -> environment.put(String.valueOf(name), String.valueOf(value)));
    }
    return environment;
  }

  /**
   * Before any work.
   *
   * @throws org.dpsieve.error.InputException when no task can be run there
   */
  public void check(NodeConfig config) {
    node(config).check();
  }

  /**
   * Runs tasks, with further attempts for those that fail.
   *
   * @param journal where it is written down what becomes of them
   * @param judge what their ends are in view of the files that came back
   * @param detail more to show while they run, asked for now and then
   * @return each task's last end
   * @throws CancellationException when the program is told to stop meanwhile
   */
  public Map<String, TaskEnd> run(
      NodeConfig config,
      Path journal,
      List<NodeTask> tasks,
      Function<List<TaskEnd>, List<TaskEnd>> judge,
      Supplier<String> detail) {
    TaskJournal entries = new TaskJournal(journal);
    TaskListener listener = new Shown(entries);
    TaskRuns runs = new TaskRuns(node(config), config.retries(), entries, listener);
    synchronized (this) {
      if (stopped) {
        throw new CancellationException("stopped");
      }
      current = runs;
    }
    Timer timer = new Timer("progress", true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            String more = detail.get();
            progress.accept(TaskRuns.counts(entries) + (more.isEmpty() ? "" : "; " + more));
          }
        },
        DETAIL_MILLIS,
        DETAIL_MILLIS);
    try {
      return runs.run(tasks, judge);
    } finally {
      timer.cancel();
      synchronized (this) {
        current = null;
      }
    }
  }

  /** The program is told to stop: from a shutdown hook. */
  public void stop(OnExit onExit) {
    TaskRuns runs;
    synchronized (this) {
      stopped = true;
      runs = current;
    }
    if (runs != null) {
      runs.stop(onExit);
    }
  }

  private final class Shown implements TaskListener {
    private final TaskJournal journal;

    Shown(TaskJournal journal) {
      this.journal = journal;
    }

    @Override
    public void state(List<String> tasks, State state, String where) {
      progress.accept(TaskRuns.counts(journal));
    }

    @Override
    public void ended(TaskEnd end) {
      progress.accept(TaskRuns.counts(journal));
    }

    @Override
    public void note(String text) {
      notes.accept(text);
    }
  }
}
