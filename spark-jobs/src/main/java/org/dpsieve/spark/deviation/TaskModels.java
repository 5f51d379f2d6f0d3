package org.dpsieve.spark.deviation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.TaskCompletionListener;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.Limits;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.resident.ResidentPool;

/**
 * A process of DeePMD-kit's for a task of Spark's: with as many threads as the task has cores, on
 * the task's GPU where it has one. It goes back when the task ends.
 */
public final class TaskModels implements AutoCloseable {
  private static final List<String> THREADS =
      List.of(
          "OMP_NUM_THREADS", "DP_INTRA_OP_PARALLELISM_THREADS", "DP_INTER_OP_PARALLELISM_THREADS");

  private final TaskContext context = TaskContext.get();
  private final ResidentPool.Borrowed borrowed;

  /**
   * Of the task of this thread.
   *
   * @param typeMap what types are for models that do not name theirs; empty for others
   */
  public TaskModels(PackedModels models, DpProgram program, List<String> typeMap) {
    borrowed = ResidentPool.take(models, program, typeMap, environment(context), Limits.DEFAULT);
    if (context != null) {
      context.addTaskCompletionListener((TaskCompletionListener) ended -> close());
    }
  }

  static Map<String, String> environment(TaskContext context) {
    Map<String, String> environment = new HashMap<>();
    String cores = Integer.toString(context == null ? 1 : context.cpus());
    THREADS.forEach(name -> environment.put(name, cores)); // not the machine's
    ResourceInformation gpu = context == null ? null : context.resourcesJMap().get("gpu");
    if (gpu != null) {
      environment.put("CUDA_VISIBLE_DEVICES", String.join(",", gpu.addresses()));
    }
    return environment;
  }

  /** As {@link ResidentModels#ask}. */
  public List<ResidentModels.Known> ask(List<Frame> frames, Question question) {
    return stoppable(() -> borrowed.models().ask(frames, question, this::isStopped));
  }

  /** As {@link ResidentModels#problem}. */
  Optional<String> problem(List<String> elements, int fparam, int aparam) {
    return stoppable(() -> borrowed.models().problem(elements, fparam, aparam, this::isStopped));
  }

  private static <T> T stoppable(Supplier<T> work) {
    try {
      return work.get();
    } catch (CancellationException e) {
      throw new TaskKilledException();
    }
  }

  private boolean isStopped() {
    return context != null && context.isInterrupted();
  }

  /**
   * What keeps a program from evaluating models that there are not yet, as far as that shows: it is
   * given an empty one, on which it has to fail in the reading, not before.
   *
   * @param suffix of such models, {@code pb}
   */
  static Optional<String> problem(DpProgram program, String suffix) {
    Path folder;
    try {
      folder = Files.createTempDirectory("dpsieve-models");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (ResidentModels none =
        new ResidentModels(
            program,
            List.of(Files.createFile(folder.resolve("000." + suffix))),
            List.of(),
            environment(TaskContext.get()),
            Limits.DEFAULT)) {
      return none.cannotBegin(() -> false)
          .map(
              why ->
                  "models *.%s, which training is to make, cannot be evaluated: %s"
                      .formatted(suffix, why));
    } catch (InputException e) {
      return Optional.of(e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      OwnFiles.remove(folder);
    }
  }

  @Override
  public void close() {
    borrowed.close();
  }
}
