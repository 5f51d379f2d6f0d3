package org.dpsieve.spark.loop;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.StalledException;
import org.dpsieve.spark.label.FpTasks;

/** Labels by a program that runs elsewhere: folders out, results in. */
final class Tasks {
  private final SparkSession spark;
  private final TaskLabeller labeller;

  Tasks(SparkSession spark, TaskLabeller labeller) {
    this.spark = spark;
    this.labeller = labeller;
  }

  /**
   * Writes the task folders beside {@code target}; when all have been run, reads their results.
   *
   * @throws StalledException as long as a folder has no output
   */
  Facts.Labels label(Path target, int iteration, Dataset<Row> picked) {
    Path directory = target.getParent();
    FpTasks tasks = new FpTasks(picked, labeller, directory.toString());
    tasks.write();
    List<FpTasks.Task> waiting = tasks.waiting();
    if (!waiting.isEmpty()) {
      throw new StalledException(
          "iteration %d: %d of %d %s tasks have no output yet, the first is %s.%nRun %s in every folder %s and put %s there; then run this command again. One that cannot be run counts as failed when it has an empty %s"
              .formatted(
                  iteration,
                  waiting.size(),
                  tasks.tasks().size(),
                  labeller.style(),
                  waiting.get(0).name(),
                  labeller.style(),
                  directory.resolve("task.*"),
                  String.join(" and ", labeller.outputFiles()),
                  labeller.outputFiles().get(0)));
    }
    return new Labelling(spark).write(target, picked, tasks.collect());
  }
}
