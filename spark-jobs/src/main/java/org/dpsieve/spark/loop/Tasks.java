package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.io.JsonFile;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.StalledException;
import org.dpsieve.node.NodeTask;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.spark.label.FpTasks;
import org.dpsieve.spark.node.NodeTasks;
import org.dpsieve.text.Counted;

/**
 * Labels by a program that runs elsewhere: folders out, results in. A folder is the cache of its
 * own calculation: its name and inputs follow from the frame alone, and one whose output can be
 * read is not run again, whatever has been edited of queues and resources.
 */
final class Tasks {

  private final Labelling labelling;
  private final TaskLabeller labeller;
  private final Optional<NodeConfig> node;
  private final NodeTasks nodes;

  /**
   * @param node where the program is run; empty where a person does it
   */
  Tasks(Labelling labelling, TaskLabeller labeller, Optional<NodeConfig> node, NodeTasks nodes) {
    this.labelling = labelling;
    this.labeller = labeller;
    this.node = node;
    this.nodes = nodes;
  }

  /**
   * Writes the task folders beside {@code target}; when all have been run, reads their results.
   *
   * @param journal what becomes of the tasks on a node
   * @throws StalledException without a node, as long as a folder has no output
   */
  Facts.Labels label(Path target, int iteration, Dataset<Row> picked, Path journal) {
    Path directory = target.getParent();
    FpTasks tasks = new FpTasks(picked, labeller, directory.toString());
    tasks.write();
    Map<String, TaskEnd> ends = Map.of();
    if (node.isPresent()) {
      ends = run(tasks, directory, node.get(), journal);
    } else if (!labeller.runsWhenRead()) {
      requireRun(tasks, iteration, directory);
    }
    Map<String, String> names =
        tasks.tasks().stream().collect(Collectors.toMap(FpTasks.Task::frameId, FpTasks.Task::name));
    return labelling.write(target, picked, tasks.collect(ends), names);
  }

  /**
   * Writes the folders and has the program run in those without a result, no more.
   *
   * @param journal what becomes of the tasks on the node, which there is
   * @return how all of them ended, by name
   */
  Map<String, TaskEnd> run(Dataset<Row> picked, Path directory, Path journal) {
    FpTasks tasks = new FpTasks(picked, labeller, directory.toString());
    tasks.write();
    Map<String, TaskEnd> ends = tasks.ends();
    ends.putAll(run(tasks, directory, node.orElseThrow(), journal));
    return ends;
  }

  private void requireRun(FpTasks tasks, int iteration, Path directory) {
    List<FpTasks.Task> waiting = tasks.waiting();
    if (!waiting.isEmpty()) {
      throw new StalledException(
          "iteration %d: %d of %s without output yet, the first is %s.%nRun %s in every folder %s and put %s there; then run this command again. One that cannot be run counts as failed when it has an empty %s"
              .formatted(
                  iteration,
                  waiting.size(),
                  Counted.of(tasks.tasks().size(), labeller.style() + " task"),
                  waiting.get(0).name(),
                  labeller.style(),
                  directory.resolve("task.*"),
                  String.join(" and ", labeller.outputFiles()),
                  labeller.outputFiles().get(0)));
    }
  }

  private Map<String, TaskEnd> run(FpTasks tasks, Path directory, NodeConfig config, Path journal) {
    Map<String, TaskEnd> there = tasks.ends();
    List<NodeTask> todo = new ArrayList<>();
    for (FpTasks.Task task : tasks.tasks()) {
      Path folder = directory.resolve(task.name());
      TaskEnd end = there.get(task.name());
      boolean underWay = Files.exists(folder.resolve("dpsieve.pid"));
      if (underWay || end.again()) {
        todo.add(nodeTask(folder, config));
      }
    }
    return nodes.run(config, journal, todo, ends -> judge(tasks, ends), () -> "");
  }

  /** What the program left counts, whatever its exit code: pw.x exits 2 when unconverged. */
  private static List<TaskEnd> judge(FpTasks tasks, List<TaskEnd> ends) {
    Map<String, TaskEnd> read = tasks.ends();
    return ends.stream()
        .map(
            end -> {
              TaskEnd result = read.get(end.task());
              if (end.isFinished() || !result.again()) {
                boolean again = result.outcome() == TaskOutcome.MISSING_OUTPUT;
                return end.judged(result.outcome(), result.reason(), again);
              }
              return end.explained(result.outcome(), result.reason());
            })
        .toList();
  }

  private NodeTask nodeTask(Path folder, NodeConfig config) {
    try {
      Set<String> forward = new LinkedHashSet<>();
      JsonFile.tree(folder.resolve("frame.json"))
          .path("inputs")
          .fieldNames()
          .forEachRemaining(forward::add);
      for (Path file : config.forward()) {
        Path link = folder.resolve(file.getFileName().toString());
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, file);
        }
        forward.add(link.getFileName().toString());
      }
      // As DP-GEN: the codes that print their results print them to a file named output.
      String log = labeller.outputFiles().contains("output") ? "output" : "fp.log";
      Set<String> backward = new LinkedHashSet<>(labeller.outputFiles());
      backward.addAll(config.backward());
      return new NodeTask(
          folder, config.command(), List.copyOf(forward), List.of(), List.copyOf(backward), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
