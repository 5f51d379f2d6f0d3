package org.dpsieve.spark.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.node.Node;
import org.dpsieve.node.NodeTask;
import org.dpsieve.node.OnExit;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.node.TaskListener;
import org.dpsieve.node.TaskListener.State;
import org.dpsieve.spark.ExecutorRooms;

/**
 * Tasks inside Spark's executors, those with the cores, memory and GPUs that {@code resources} ask
 * for. The executors end with this program: what was running then is run again by the next.
 */
final class SparkNode implements Node {
  private final Supplier<SparkSession> spark;
  private final NodeConfig config;
  private final Map<String, String> environment;
  private final List<JavaFutureAction<?>> running = new ArrayList<>();
  private boolean stopped;

  SparkNode(Supplier<SparkSession> spark, NodeConfig config, Map<String, String> environment) {
    this.spark = spark;
    this.config = config;
    this.environment = environment;
  }

  @Override
  public void check() {
    ExecutorRooms.of(spark.get(), config.resources());
  }

  @Override
  public List<TaskEnd> run(List<NodeTask> tasks, TaskListener listener) {
    SparkSession session = spark.get();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    Optional<ResourceProfile> profile = ExecutorRooms.of(session, config.resources());
    listener.state(tasks.stream().map(NodeTask::name).toList(), State.WAITING, "");
    Map<NodeTask, JavaFutureAction<List<RemoteTask.Result>>> futures = new LinkedHashMap<>();
    List<TaskEnd> ends = new ArrayList<>();
    for (NodeTask task : tasks) {
      JavaRDD<RemoteTask> one;
      try {
        RemoteTask remote = RemoteTask.of(task, config.timeLimit(), environment);
        one = context.parallelize(List.of(remote), 1);
      } catch (IOException | UncheckedIOException e) {
        ends.add(
            TaskEnd.failed(
                task.name(), TaskOutcome.CRASHED, "cannot be started: " + e.getMessage()));
        listener.ended(ends.get(ends.size() - 1));
        continue;
      }
      if (profile.isPresent()) {
        one = one.withResources(profile.get());
      }
      synchronized (this) {
        if (stopped) {
          throw new CancellationException("stopped");
        }
        JavaFutureAction<List<RemoteTask.Result>> future =
            one.map(sent -> sent.run(host())).collectAsync();
        futures.put(task, future);
        running.add(future);
      }
      listener.state(List.of(task.name()), State.QUEUED, "Spark");
    }
    futures.forEach((task, future) -> ends.add(await(task, future, listener)));
    return ends;
  }

  private static String host() {
    SparkEnv env = SparkEnv.get();
    return "Spark executor %s on %s"
        .formatted(
            env.executorId(),
            env.rpcEnv().address() == null ? "this machine" : env.rpcEnv().address().host());
  }

  private static TaskEnd await(
      NodeTask task, JavaFutureAction<List<RemoteTask.Result>> future, TaskListener listener) {
    TaskEnd end;
    try {
      RemoteTask.Result result = future.get().get(0);
      RemoteTask.write(task.folder(), result.files());
      listener.state(List.of(task.name()), State.RUNNING, result.host());
      end = result.end();
    } catch (ExecutionException e) {
      String first = String.valueOf(e.getCause().getMessage()).lines().findFirst().orElse("");
      end = TaskEnd.failed(task.name(), TaskOutcome.CRASHED, "Spark: " + first);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException e) {
      end =
          TaskEnd.failed(
              task.name(), TaskOutcome.CRASHED, "its files cannot be written: " + e.getMessage());
    }
    listener.ended(end);
    return end;
  }

  @Override
  public synchronized void stop(OnExit onExit) {
    stopped = true;
    running.forEach(future -> future.cancel(true));
  }
}
