package org.dpsieve.spark.label;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;
import org.dpsieve.io.deepmd.LabelledSet;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.label.Addition;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.spark.TaskRooms;
import org.dpsieve.spark.frames.HadoopStorage;
import org.dpsieve.spark.frames.StagedPath;
import org.dpsieve.spark.frames.WriteFailure;

/**
 * Adds dispersion to the stored labels of deepmd/npy systems. Executors read and compute runs of
 * frames; the driver writes set after set, so that the output does not depend on who computed what.
 * Nothing stands under the target's name before all of it is there.
 */
public final class SystemsDispersion {
  /** A run of 32-atom frames takes half a second. */
  private static final int ATOMS_PER_TASK = 2048;

  /** Atoms whose forces the driver holds at once: 50 MB. */
  private static final long ATOMS_PER_JOB = 1 << 21;

  private static final int MOST_PROBLEMS = 20;

  private final SparkSession spark;
  private final Storage storage;
  private final Addition addition;
  private final List<String> typeMap;
  private final TypeElements elements;

  private SystemsDispersion(
      SparkSession spark, Addition addition, List<String> typeMap, TypeElements elements) {
    this.spark = spark;
    this.storage = HadoopStorage.of(spark);
    this.addition = addition;
    this.typeMap = List.copyOf(typeMap);
    this.elements = elements;
  }

  /** How much was relabelled. */
  public record Report(int systems, long frames) {}

  /** Told after each job how many frames are done. */
  public interface Progress {
    void done(long frames, long all);

    /** What is worth saying once: which elements type names were taken for. */
    default void say(String text) {}
  }

  /** What one task computes. */
  private record Task(SystemPath system, FrameSystem.Run run) implements Serializable {}

  /** Dispersion of a task's frames, or what is wrong with some. */
  private record Result(List<double[]> dispersion, List<String> problems) implements Serializable {}

  /** A set with the tasks that together compute it. */
  private record Work(SystemPath system, LabelledSet set, List<Task> tasks, long atoms) {}

  /**
   * @param source a deepmd/npy system, or a folder that holds systems at any depth
   * @param target folder to make, with the same tree
   * @param typeMap names of types for systems without {@code type_map.raw}; empty for none
   * @param elements of names that are no elements
   * @throws InputException when systems cannot be read, a frame has no stored label or an element
   *     beyond 94 or that nobody knows, or the target exists; nothing is written then
   */
  public static Report run(
      SparkSession spark,
      String source,
      String target,
      Addition addition,
      List<String> typeMap,
      TypeElements elements,
      Progress progress) {
    String bare = target.replaceFirst("(?<=[^/])/+$", "");
    try {
      return new SystemsDispersion(spark, addition, typeMap, elements).run(source, bare, progress);
    } catch (IOException e) {
      throw WriteFailure.of(e, bare);
    }
  }

  private Report run(String source, String target, Progress progress) throws IOException {
    Path path = new Path(target);
    FileSystem found = path.getFileSystem(spark.sessionState().newHadoopConf());
    FileSystem files =
        found instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : found;
    path = found.makeQualified(path);
    StagedPath.requireNoDeadLink(files, path);
    if (files.exists(path)
        && (!files.getFileStatus(path).isDirectory() || files.listStatus(path).length > 0)) {
      throw new InputException(target + ": exists already; remove it or choose another name");
    }
    List<Work> work = plan(source, progress);
    String root = storage.absolute(source);
    Path staged = new Path(path.getParent(), "_staged-" + path.getName());
    StagedPath.remove(files, staged);
    try {
      long frames = write(work, root, staged.toString(), progress);
      files.delete(path, true);
      files.mkdirs(path.getParent());
      if (!files.rename(staged, path)) {
        throw new IOException("cannot rename " + staged + " to " + path);
      }
      return new Report((int) work.stream().map(Work::system).distinct().count(), frames);
    } finally {
      StagedPath.remove(files, staged);
    }
  }

  /** All sets, checked; every problem in one message. */
  private List<Work> plan(String source, Progress progress) throws IOException {
    List<Work> work = new ArrayList<>();
    Set<String> types = new TreeSet<>();
    List<String> problems = new ArrayList<>();
    for (SystemPath path : SystemFinder.find(storage, List.of(source))) {
      if (path.layout() != SystemPath.Layout.DEEPMD_NPY) {
        problems.add(
            path.location()
                + ": not deepmd/npy, the layout that this command reads and writes; convert it first: dpsieve"
                + " import, then dpsieve export --format deepmd/npy");
        continue;
      }
      try (FrameSystem system = path.open(storage, typeMap)) {
        work.addAll(plan(path, system));
        types.addAll(system.typeMap());
      } catch (InputException e) {
        problems.add(e.getMessage());
      }
    }
    require(problems);
    elements.requireKnown(types, source);
    elements.said(types).ifPresent(progress::say);
    return work;
  }

  private List<Work> plan(SystemPath path, FrameSystem system) throws IOException {
    List<Work> work = new ArrayList<>();
    List<FrameSystem.Run> runs = system.runs(ATOMS_PER_TASK);
    for (LabelledSet set : LabelledSet.of(storage, path.path())) {
      List<Task> tasks =
          runs.stream()
              .filter(run -> run.first() >= set.first())
              .filter(run -> run.first() < set.first() + set.frames())
              .map(run -> new Task(path, run))
              .toList();
      work.add(new Work(path, set, tasks, (long) tasks.size() * ATOMS_PER_TASK));
    }
    return work;
  }

  private static void require(List<String> problems) {
    if (!problems.isEmpty()) {
      String rest =
          problems.size() > MOST_PROBLEMS
              ? "\n... and %d more".formatted(problems.size() - MOST_PROBLEMS)
              : "";
      throw new InputException(
          String.join("\n", problems.subList(0, Math.min(MOST_PROBLEMS, problems.size())))
              + rest
              + "\nNothing was written.");
    }
  }

  private long write(List<Work> work, String root, String staged, Progress progress)
      throws IOException {
    long all = work.stream().mapToLong(one -> one.set().frames()).sum();
    long done = 0;
    int next = 0;
    while (next < work.size()) {
      int from = next;
      long atoms = 0;
      while (next < work.size()
          && (next == from || atoms + work.get(next).atoms() <= ATOMS_PER_JOB)) {
        atoms += work.get(next++).atoms();
      }
      for (int i = from; i < next; i++) {
        done += work.get(i).set().frames();
      }
      write(work.subList(from, next), root, staged);
      progress.done(done, all);
    }
    return all;
  }

  private void write(List<Work> job, String root, String staged) throws IOException {
    List<Task> tasks = job.stream().flatMap(one -> one.tasks().stream()).toList();
    List<Result> results = compute(tasks);
    require(results.stream().flatMap(result -> result.problems().stream()).toList());
    int task = 0;
    for (Work one : job) {
      List<Labels> additions = new ArrayList<>(one.set().frames());
      for (int i = 0; i < one.tasks().size(); i++) {
        results.get(task++).dispersion().forEach(row -> additions.add(unpack(row)));
      }
      String system = one.system().path();
      String target = staged + system.substring(root.length());
      if (one.set().first() == 0) {
        LabelledSet.copyRest(storage, system, target);
      }
      one.set().writeSum(storage, additions, target);
    }
  }

  private List<Result> compute(List<Task> tasks) {
    Storage from = storage;
    Addition how = addition;
    List<String> symbols = typeMap;
    TypeElements kinds = elements;
    return new JavaSparkContext(spark.sparkContext())
        .parallelize(tasks, tasks.size())
        .map(task -> dispersion(task, from, how, symbols, kinds))
        .collect();
  }

  private static Result dispersion(
      Task task, Storage storage, Addition addition, List<String> typeMap, TypeElements elements)
      throws IOException {
    Result result = new Result(new ArrayList<>(), new ArrayList<>());
    try (FrameSystem system = task.system().open(storage, typeMap)) {
      List<Frame> frames = system.read(task.run());
      for (Frame frame : frames) {
        try {
          DispersionD3.requireLabel(frame);
        } catch (InputException e) {
          result.problems().add(e.getMessage());
        }
      }
      if (!result.problems().isEmpty()) {
        return result;
      }
      List<LabelResult> found =
          TaskRooms.stoppable(() -> addition.of(frames, elements, TaskRooms.ofThisTask()));
      for (int k = 0; k < found.size(); k++) {
        if (found.get(k).outcome() == TaskOutcome.FINISHED) {
          result.dispersion().add(pack(found.get(k).labels(), frames.get(k)));
        } else {
          String reason = found.get(k).reason();
          result
              .problems()
              .add(reason.startsWith("Frame ") ? reason : frames.get(k).name() + ": " + reason);
        }
      }
    } catch (InputException e) {
      result.problems().add(e.getMessage());
    }
    return result;
  }

  /** Energy, virial, forces in one array: what Spark sends cheaply. */
  private static double[] pack(Labels labels, Frame frame) {
    double[] row = new double[10 + labels.force().length];
    row[0] = labels.energy();
    if (labels.virial() != null) { // of a molecule there may be none, nor is one stored
      System.arraycopy(labels.virial(), 0, row, 1, 9);
    } else if (frame.labels().virial() != null) {
      Arrays.fill(row, 1, 10, Double.NaN);
    }
    System.arraycopy(labels.force(), 0, row, 10, labels.force().length);
    return row;
  }

  private static Labels unpack(double[] row) {
    return new Labels(
        row[0], Arrays.copyOfRange(row, 10, row.length), Arrays.copyOfRange(row, 1, 10));
  }
}
