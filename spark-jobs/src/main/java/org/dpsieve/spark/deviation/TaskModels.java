package org.dpsieve.spark.deviation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.Limits;
import org.dpsieve.resident.LoadedModels;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.resident.ResidentPool;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.spark.TaskRooms;

/**
 * A process of DeePMD-kit's for a task of Spark's: with as many threads as the task has cores, on
 * the task's GPU where it has one. It goes back when the task ends.
 */
public final class TaskModels implements AutoCloseable {
  private final TaskRoom room = TaskRooms.ofThisTask();
  private final ResidentPool.Borrowed borrowed;
  private final List<String> given;

  /**
   * Of the task of this thread.
   *
   * @param typeMap what types are for models that do not name theirs; empty for others
   */
  public TaskModels(PackedModels models, DpProgram program, List<String> typeMap) {
    given = typeMap;
    borrowed = ResidentPool.take(models, program, typeMap, room.environment(), Limits.DEFAULT);
    TaskContext context = TaskContext.get();
    if (context != null) {
      context.addTaskCompletionListener((TaskCompletionListener) ended -> close());
    }
  }

  /** As {@link ResidentModels#ask}. */
  public List<ResidentModels.Known> ask(List<Frame> frames, Question question) {
    return TaskRooms.stoppable(() -> borrowed.models().ask(frames, question, room.stopped()));
  }

  /** As {@link ResidentModels#problem}. */
  Optional<String> problem(List<String> elements, int fparam, int aparam) {
    return TaskRooms.stoppable(
        () -> borrowed.models().problem(elements, fparam, aparam, room.stopped()));
  }

  /** What the program says of the models. */
  LoadedModels loaded() {
    return TaskRooms.stoppable(() -> borrowed.models().loaded(room.stopped()));
  }

  /** Which types the models are of, by their own word or what was said of them. */
  List<String> typeMap() {
    List<String> named = loaded().typeMap();
    return named.isEmpty() ? given : named;
  }

  /** What keeps the program from loading the models. */
  Optional<String> notLoaded() {
    return TaskRooms.stoppable(
        () -> {
          try {
            borrowed.models().loaded(room.stopped());
            return Optional.empty();
          } catch (InputException e) {
            return Optional.of(e.getMessage());
          }
        });
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
            "",
            List.of(),
            TaskRooms.ofThisTask().environment(),
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
