package org.dpsieve.spark.label;

import static org.apache.spark.sql.types.DataTypes.StringType;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Picked frames to task folders and back: {@code task.SSS.TTTTTT} with SSS the number of the
 * frame's formula among the picked formulas in alphabetical order and TTTTTT counting the frames
 * through all of them, by formula, then frame_id. The same names and bytes on any number of
 * partitions and executors.
 */
public final class FpTasks {
  private static final StructType MESSAGE = new StructType().add("message", StringType, true);
  private static final StructType END =
      new StructType()
          .add("task", StringType, false)
          .add("outcome", StringType, false)
          .add("reason", StringType, false);
  private static final StructType NAME = new StructType().add("task", StringType, true);

  private final SparkSession spark;

  /** By frame_id, in the tasks' order. */
  private final LinkedHashMap<String, Task> tasks;

  private final Dataset<Row> picked;
  private final TaskLabeller labeller;
  private final String directory;

  /**
   * One folder.
   *
   * @param name {@code task.000.000012}
   * @param group SSS
   * @param frameId the frame it is for
   */
  public record Task(String name, int group, String frameId) implements Serializable {}

  /**
   * Numbers the tasks; the picked frames' ids and formulas come to the driver.
   *
   * @param picked rows of the frames dataset, the picked ones alone
   * @param directory {@code 02.fp} of the iteration, on any Hadoop file system
   */
  public FpTasks(Dataset<Row> picked, TaskLabeller labeller, String directory) {
    this.spark = picked.sparkSession();
    this.picked = picked;
    this.labeller = labeller;
    this.directory = directory;
    this.tasks = number(picked.select("formula", "frame_id").collectAsList());
  }

  private static LinkedHashMap<String, Task> number(List<Row> picked) {
    List<Row> sorted =
        picked.stream()
            .sorted(
                Comparator.comparing((Row row) -> row.getString(0))
                    .thenComparing(row -> row.getString(1)))
            .toList();
    Map<String, Integer> groups = new LinkedHashMap<>();
    LinkedHashMap<String, Task> tasks = new LinkedHashMap<>();
    for (Row row : sorted) {
      Integer group = groups.get(row.getString(0));
      if (group == null) {
        group = groups.size();
        groups.put(row.getString(0), group);
      }
      String name = "task.%03d.%06d".formatted(group, tasks.size());
      tasks.put(row.getString(1), new Task(name, group, row.getString(1)));
    }
    return tasks;
  }

  /** All tasks, in order. */
  public List<Task> tasks() {
    return List.copyOf(tasks.values());
  }

  /**
   * Writes the folders that are not there yet, on the executors. Safe to be killed and repeated.
   *
   * @throws InputException when a folder holds results of other inputs, or a frame cannot be
   *     labelled this way
   */
  public void write() {
    for (Row row : each(MESSAGE, FpTasks::prepare).collectAsList()) {
      if (!row.isNullAt(0)) {
        throw new InputException(row.getString(0));
      }
    }
  }

  /** In a row, because Spark wraps what an executor throws. */
  private static Row prepare(TaskFolders folders, Task task, Frame frame) {
    try {
      folders.write(task, frame);
      return RowFactory.create((Object) null);
    } catch (InputException e) {
      return RowFactory.create(e.getMessage());
    } catch (IOException e) {
      return RowFactory.create(
          "%s: cannot be written (%s); free space or mend the access and run again"
              .formatted(task.name(), e));
    }
  }

  /** Tasks without any output file: nobody has run them, or their output is not back yet. */
  public List<Task> waiting() {
    List<Row> done =
        each(
                NAME,
                (folders, task, frame) ->
                    RowFactory.create(folders.hasOutput(task.name()) ? task.name() : null))
            .collectAsList();
    Set<String> names = new HashSet<>();
    done.forEach(row -> names.add(row.getString(0)));
    return tasks.values().stream().filter(task -> !names.contains(task.name())).toList();
  }

  /**
   * How the tasks ended by what is in their folders.
   *
   * @return by task name
   */
  public Map<String, TaskEnd> ends() {
    Map<String, TaskEnd> ends = new HashMap<>();
    for (Row row : each(END, FpTasks::end).collectAsList()) {
      TaskOutcome outcome = TaskOutcome.valueOf(row.getString(1));
      ends.put(
          row.getString(0),
          new TaskEnd(
              row.getString(0),
              outcome,
              row.getString(2),
              outcome != TaskOutcome.FINISHED && outcome != TaskOutcome.UNCONVERGED,
              null));
    }
    return ends;
  }

  private static Row end(TaskFolders folders, Task task, Frame frame) {
    LabelResult result = folders.read(task.name(), frame);
    return RowFactory.create(task.name(), result.outcome().name(), result.reason());
  }

  /**
   * Reads what is in the folders.
   *
   * @param known how tasks ended, by name, where more is known than the folder says
   * @return rows of {@link LabelRows#SCHEMA}, one per task; {@code missing output} for those that
   *     nobody has run
   */
  public Dataset<Row> collect(Map<String, TaskEnd> known) {
    Map<String, TaskEnd> shipped = new HashMap<>(known);
    return each(
        LabelRows.SCHEMA,
        (folders, task, frame) -> {
          LabelResult result = folders.read(task.name(), frame);
          TaskEnd end = shipped.get(task.name());
          return LabelRows.toRow(
              task.frameId(),
              end == null || result.outcome() == TaskOutcome.FINISHED
                  ? result
                  : LabelResult.failed(end.outcome(), end.reason()));
        });
  }

  /** What is done with one task on an executor. */
  @FunctionalInterface
  private interface Step extends Serializable {
    Row apply(TaskFolders folders, Task task, Frame frame) throws IOException;
  }

  private Dataset<Row> each(StructType schema, Step step) {
    Map<String, Task> byFrame = tasks;
    TaskLabeller shipped = labeller;
    String path = directory;
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sessionState().newHadoopConf());
    return picked.mapPartitions(
        (MapPartitionsFunction<Row, Row>)
            rows -> {
              TaskFolders folders = new TaskFolders(new Path(path), hadoop.value(), shipped);
              List<Row> done = new ArrayList<>();
              while (rows.hasNext()) {
                Row row = rows.next();
                Task task = byFrame.get(row.<String>getAs("frame_id"));
                done.add(step.apply(folders, task, FrameRows.toFrame(row)));
              }
              return done.iterator();
            },
        Encoders.row(schema));
  }
}
