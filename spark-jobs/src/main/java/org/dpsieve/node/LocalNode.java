package org.dpsieve.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.node.TaskListener.State;

/** Processes on this machine, so many at once. */
public final class LocalNode implements Node {
  private final int atOnce;
  private final double timeLimit;
  private final Map<String, String> environment;
  private final Set<LocalProcess> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  /**
   * @param atOnce most tasks running at a time, 1 or more
   * @param timeLimit seconds; 0 for none
   * @param environment added to this program's own
   */
  public LocalNode(int atOnce, double timeLimit, Map<String, String> environment) {
    this.atOnce = atOnce;
    this.timeLimit = timeLimit;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public void check() {
    // A shell is all it takes; the task's own program may be on another PATH than ours.
  }

  @Override
  public List<TaskEnd> run(List<NodeTask> tasks, TaskListener listener) {
    listener.state(tasks.stream().map(NodeTask::name).toList(), State.WAITING, "");
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.max(1, Math.min(atOnce, tasks.size())));
    try {
      // What is still running takes its room first.
      List<NodeTask> order = new ArrayList<>(tasks);
      order.sort(
          (a, b) ->
              Boolean.compare(LocalProcess.find(b).isPresent(), LocalProcess.find(a).isPresent()));
      List<Future<TaskEnd>> ends = new ArrayList<>();
      for (NodeTask task : order) {
        FutureTask<TaskEnd> one = new FutureTask<>(() -> run(task, listener));
        ends.add(one);
        threads.execute(one);
      }
      List<TaskEnd> all = new ArrayList<>();
      for (Future<TaskEnd> end : ends) {
        all.add(end.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }

  private TaskEnd run(NodeTask task, TaskListener listener) throws InterruptedException {
    LocalProcess process;
    synchronized (this) {
      if (stopped) {
        return TaskEnd.failed(task.name(), TaskOutcome.MISSING_OUTPUT, "not started: stopped");
      }
      try {
        process = LocalProcess.find(task).orElse(null);
        if (process == null) {
          process = LocalProcess.start(task, environment);
        }
      } catch (IOException | UncheckedIOException e) {
        TaskEnd end = notStarted(task, e);
        listener.ended(end);
        return end;
      }
      running.add(process);
    }
    listener.state(List.of(task.name()), State.RUNNING, process.where());
    TaskEnd end = process.await(timeLimit);
    running.remove(process);
    listener.ended(end);
    return end;
  }

  /** Its folder may be gone, or a file: by an earlier attempt of its own. */
  private static TaskEnd notStarted(NodeTask task, Exception e) {
    String reason =
        Files.isDirectory(task.folder())
            ? "cannot be started: " + e.getMessage()
            : "cannot be started: its folder is not there any more; the next call writes it anew";
    return TaskEnd.failed(task.name(), TaskOutcome.CRASHED, reason);
  }

  @Override
  public synchronized void stop(OnExit onExit) {
    stopped = true;
    if (onExit == OnExit.CANCEL) {
      running.forEach(LocalProcess::kill);
    }
  }
}
