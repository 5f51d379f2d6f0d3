package org.dpsieve.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.Backend;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.node.NodeTask;
import org.dpsieve.spark.node.NodeTasks;

/** A driver: tasks that ask for a GPU, then tasks that do not; each writes down where it was. */
public final class GpuTasks {
  private GpuTasks() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      for (int gpus : new int[] {1, 0}) {
        List<NodeTask> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          Path task =
              Files.createDirectories(
                  folder
                      .resolve((gpus == 1 ? "gpu" : "cpu"))
                      .resolve("task.000.%06d".formatted(i)));
          Files.writeString(task.resolve("input"), "" + i);
          String command = i == 1 ? "exit 5" : "echo $WORKER_KIND $(cat input) > result";
          tasks.add(
              new NodeTask(task, command, List.of("input"), List.of(), List.of("result"), "log"));
        }
        NodeConfig config =
            new NodeConfig(
                Backend.SPARK,
                "unused",
                Map.of(),
                Map.of("gpu_per_node", gpus, "cpu_per_node", 1, "memory", "512m"),
                List.of(),
                List.of(),
                1,
                0,
                1,
                0,
                "python3");
        NodeTasks nodes = new NodeTasks(() -> spark, text -> {}, text -> {});
        nodes.check(config);
        nodes.run(
            config, folder.resolve("tasks.%d.jsonl".formatted(gpus)), tasks, e -> e, () -> "");
      }
    }
  }
}
