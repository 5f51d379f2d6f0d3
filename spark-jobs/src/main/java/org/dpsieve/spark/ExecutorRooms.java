package org.dpsieve.spark;

import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ExecutorResourceRequests;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/**
 * Executors with the cores, memory and GPUs that {@code resources} of a section of machine.json ask
 * for: {@code cpu_per_node}, {@code gpu_per_node}, {@code memory}, {@code gpu_discovery_script}.
 */
public final class ExecutorRooms {
  private ExecutorRooms() {}

  /**
   * What is to be asked for: executors of that kind where Spark may start some, else a share of the
   * ones there are. A task takes all of what is asked for.
   *
   * @return empty where nothing else than any task has is asked for, and in a session of one
   *     process, which is the only executor
   * @throws InputException when Spark may not start such executors and has others
   */
  public static Optional<ResourceProfile> of(SparkSession session, Map<String, Object> resources) {
    SparkConf conf = session.sparkContext().getConf();
    if (session.sparkContext().isLocal()) {
      return Optional.empty();
    }
    int gpus = number(resources, "gpu_per_node");
    int cores = Math.max(1, number(resources, "cpu_per_node"));
    TaskResourceRequests task = new TaskResourceRequests().cpus(cores);
    if (gpus > 0) {
      task.resource("gpu", gpus);
    }
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      ExecutorResourceRequests executor = new ExecutorResourceRequests().cores(cores);
      if (resources.get("memory") instanceof String memory) {
        executor.memory(memory);
      }
      if (gpus > 0) {
        Object script = resources.get("gpu_discovery_script");
        executor.resource("gpu", gpus, script == null ? "" : script.toString(), "");
      }
      return Optional.of(new ResourceProfileBuilder().require(executor).require(task).build());
    }
    if (gpus > conf.getInt("spark.executor.resource.gpu.amount", 0)
        || cores > conf.getInt("spark.executor.cores", Integer.MAX_VALUE)) {
      throw new InputException(
          "resources: executors with %s and %d GPUs are asked for, which takes spark.dynamicAllocation.enabled=true, or spark.executor.cores and spark.executor.resource.gpu.amount of that number; add it to spark-submit's options (DPSIEVE_SUBMIT_ARGS)"
              .formatted(Counted.of(cores, "core"), gpus));
    }
    return gpus == 0 && cores == conf.getInt("spark.task.cpus", 1)
        ? Optional.empty()
        : Optional.of(new ResourceProfileBuilder().require(task).build());
  }

  private static int number(Map<String, Object> resources, String key) {
    return resources.get(key) instanceof Number number ? number.intValue() : 0;
  }
}
