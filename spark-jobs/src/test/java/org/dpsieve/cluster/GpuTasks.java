package org.dpsieve.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.Backend;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.node.NodeTask;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.label.BatchLabels;
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
        if (gpus == 1) {
          Files.writeString(folder.resolve("labels"), labels(spark, config.resources()));
        }
        nodes.run(
            config, folder.resolve("tasks.%d.jsonl".formatted(gpus)), tasks, e -> e, () -> "");
      }
    }
  }

  /** Where frames are labelled, by a labeller in processes. */
  private static String labels(SparkSession spark, Map<String, Object> resources) {
    Frame frame = new Frame("s", 0, new int[] {1}, new double[3], null, Labels.NONE);
    Dataset<Row> rows = spark.createDataFrame(List.of(FrameRows.toRow(frame)), FrameRows.SCHEMA);
    WhereItIs labeller = new WhereItIs();
    return BatchLabels.tried(spark, labeller, resources)
        + " "
        + BatchLabels.apply(rows.coalesce(1), labeller, resources).head().getAs("reason");
  }

  /** Fails all frames, for where it is asked. */
  private static final class WhereItIs implements BatchLabeller {
    private static final long serialVersionUID = 1;

    @Override
    public String style() {
      return "where";
    }

    @Override
    public Optional<Finding> check(Frame frame) {
      return Optional.empty();
    }

    @Override
    public int atomsAtOnce() {
      return 1;
    }

    @Override
    public int affordable() {
      return 0;
    }

    @Override
    public boolean knowsSigma() {
      return false;
    }

    @Override
    public boolean inProcesses() {
      return true;
    }

    private static String where(TaskRoom room) {
      return "%s, GPU %s"
          .formatted(System.getenv("WORKER_KIND"), room.environment().get("CUDA_VISIBLE_DEVICES"));
    }

    @Override
    public List<LabelResult> label(List<Frame> frames, TaskRoom room) {
      return frames.stream()
          .map(frame -> LabelResult.failed(TaskOutcome.CRASHED, where(room)))
          .toList();
    }

    @Override
    public SortedMap<String, String> tried(TaskRoom room) {
      return new TreeMap<>(Map.of("at", where(room)));
    }
  }
}
