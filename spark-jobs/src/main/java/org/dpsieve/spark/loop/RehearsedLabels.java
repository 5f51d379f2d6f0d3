package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.NodeConfig;
import org.dpsieve.config.RunConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.loop.Workdir;
import org.dpsieve.node.OnExit;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.label.FpTasks;
import org.dpsieve.spark.node.NodeTasks;

/** What a rehearsal has labelled, and what the real program takes for three of these frames. */
public final class RehearsedLabels {
  /** Of sizes at one, three and five sixths of all labelled: each stands for a third of them. */
  private static final int MEASURED = 3;

  private static final String CLOCK = "dpsieve.seconds";

  private final Supplier<SparkSession> spark;
  private final Workdir workdir;
  private final NodeTasks nodes;

  /**
   * @param progress hears how tasks stand
   * @param notes hears what a person should know
   */
  public RehearsedLabels(
      Supplier<SparkSession> spark,
      Workdir workdir,
      Consumer<String> progress,
      Consumer<String> notes) {
    this.spark = spark;
    this.workdir = workdir;
    this.nodes = new NodeTasks(spark, progress, notes);
  }

  /** Frames of one formula that were labelled. */
  public record Composition(String formula, int atoms, long labels) {}

  /**
   * A frame that the real program was given.
   *
   * @param seconds that its command took, NaN where it failed
   * @param problem why it gave no label; empty where it did
   */
  public record Measured(String formula, int atoms, double seconds, String problem) {}

  /** By formula, those with most labels first. */
  public List<Composition> compositions(List<Path> labels) {
    return labelled(labels)
        .groupBy("formula", "natoms")
        .agg(count(lit(1)).as("labels"))
        .orderBy(col("labels").desc(), col("formula"))
        .collectAsList()
        .stream()
        .map(row -> new Composition(row.getString(0), row.getInt(1), row.getLong(2)))
        .toList();
  }

  private Dataset<Row> labelled(List<Path> labels) {
    return labels.stream()
        .map(folder -> FramesDataset.read(spark.get(), folder.toString()))
        .map(frames -> frames.select("frame_id", "formula", "natoms"))
        .reduce(Dataset::unionByName)
        .orElseThrow();
  }

  /**
   * Before any work: whether the real program can be run at all.
   *
   * @throws InputException when not
   */
  public void check(RunConfig real) {
    labeller(real);
    nodes.check(node(real));
  }

  private static TaskLabeller labeller(RunConfig real) {
    if (real.simplify().labeller() instanceof TaskLabeller labeller) {
      return labeller;
    }
    throw new InputException(
        "--seconds-per-label measure: fp_style %s is no program's; expected the parameter file of the real run, and --teacher FILE for what is to label in its place"
            .formatted(real.simplify().label().style().key()));
  }

  private static NodeConfig node(RunConfig real) {
    return real.machine()
        .fp()
        .node()
        .orElseThrow(
            () ->
                new InputException(
                    "--seconds-per-label measure: fp of %s has neither backend nor machine, so that nothing runs %s from here; add them, or give the seconds"
                        .formatted(
                            real.machine().file().getFileName(),
                            real.simplify().label().style().key())));
  }

  /**
   * Labels three of these frames by the real program, where machine.json runs it. What was measured
   * by an earlier call is not run again.
   */
  public List<Measured> measure(RunConfig real, List<Path> labels) {
    Path directory = workdir.root().resolve("rehearsal");
    Dataset<Row> picked = typical(labels);
    TaskLabeller labeller = labeller(real);
    Tasks tasks =
        new Tasks(
            new Labelling(spark.get(), Map.of()), labeller, Optional.of(timed(node(real))), nodes);
    try {
      Files.createDirectories(directory);
      Map<String, TaskEnd> ends = tasks.run(picked, directory, directory.resolve("tasks.jsonl"));
      List<Measured> measured = new ArrayList<>();
      for (FpTasks.Task task : new FpTasks(picked, labeller, directory.toString()).tasks()) {
        Row frame = picked.where(col("frame_id").equalTo(task.frameId())).head();
        TaskEnd end = ends.get(task.name());
        double seconds = seconds(directory.resolve(task.name()).resolve(CLOCK));
        String problem = end.isFinished() ? "" : end.outcome().key() + ": " + end.reason();
        if (problem.isEmpty() && Double.isNaN(seconds)) {
          problem = "it has left no times";
        }
        measured.add(
            new Measured(
                frame.getAs("formula"),
                frame.getAs("natoms"),
                problem.isEmpty() ? seconds : Double.NaN,
                problem));
      }
      return measured;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Dataset<Row> typical(List<Path> labels) {
    List<Row> ids = labelled(labels).orderBy("natoms", "frame_id").collectAsList();
    Set<String> chosen = new LinkedHashSet<>();
    for (int k = 0; k < MEASURED; k++) {
      chosen.add(ids.get((2 * k + 1) * ids.size() / (2 * MEASURED)).getString(0));
    }
    return Pool.read(spark.get(), workdir.frames()).where(col("frame_id").isin(chosen.toArray()));
  }

  /** The same with a command that leaves the time before and after it, wherever it runs. */
  private static NodeConfig timed(NodeConfig node) {
    String command =
        """
        date +%%s.%%N >%1$s
        (
        %2$s
        )
        code=$?
        date +%%s.%%N >>%1$s
        exit $code
        """
            .formatted(CLOCK, node.command());
    List<String> backward = new ArrayList<>(node.backward());
    backward.add(CLOCK);
    return new NodeConfig(
        node.backend(),
        command,
        node.machine(),
        node.resources(),
        node.forward(),
        backward,
        node.tasksAtOnce(),
        node.timeLimit(),
        node.pollInterval(),
        node.retries(),
        node.python());
  }

  /** NaN where there are no two times. */
  private static double seconds(Path clock) throws IOException {
    if (!Files.isRegularFile(clock) || Files.size(clock) > 100) {
      return Double.NaN;
    }
    List<String> lines = Files.readAllLines(clock);
    return lines.size() == 2 ? time(lines.get(1)) - time(lines.get(0)) : Double.NaN;
  }

  /** Some programs named date know no fractions of a second. */
  private static double time(String line) {
    String number = line.replaceAll("\\.\\D.*$", "");
    return number.matches("\\d{1,12}(\\.\\d{1,9})?") ? Double.parseDouble(number) : Double.NaN;
  }

  /** The program is told to stop; called from another thread. */
  public void stop(OnExit onExit) {
    nodes.stop(onExit);
  }
}
