package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.LayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.Limits;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.resident.ResidentPool;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.spark.TaskRooms;

/**
 * What is before the output layers of models that only DeePMD-kit evaluates: their files, which go
 * to the executors with the models, and the program that is there.
 *
 * @param files of all models of a run, so that one process serves a task for all of them
 */
public record DpBodies(PackedModels files, DpProgram program) implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * @param models of PyTorch
   * @param branch of checkpoints of several models; empty for others
   */
  public static DpBodies of(List<Path> models, String branch, DpProgram program) {
    return new DpBodies(PackedModels.of(models, branch, true), program);
  }

  /**
   * Starts the program once, here.
   *
   * @return its version
   * @throws org.dpsieve.error.InputException when it is not there, or cannot read the models
   */
  public String check() {
    try (ResidentPool.Borrowed borrowed =
        ResidentPool.take(
            files, program, List.of(), TaskRooms.ofThisTask().environment(), Limits.DEFAULT)) {
      return borrowed.models().loaded(() -> false).version();
    }
  }

  /** Evaluates one of them. */
  public Foreign.Evaluator evaluator(int place) {
    return new Body(this, place);
  }

  /** One of the models. */
  record Body(DpBodies all, int place) implements LayerReader.Elsewhere {
    private static final long serialVersionUID = 1;

    @Override
    public LayerReader of(List<DeepPotential> models) {
      return new DpLayers(models);
    }
  }

  /** Asks a process that is at hand; it goes back at once, for another model of the task. */
  List<ResidentModels.Known> ask(List<Frame> frames, Question question) {
    TaskRoom room = TaskRooms.ofThisTask();
    return TaskRooms.stoppable(
        () -> {
          try (ResidentPool.Borrowed borrowed =
              ResidentPool.take(files, program, List.of(), room.environment(), Limits.DEFAULT)) {
            return borrowed.models().ask(frames, question, room.stopped());
          }
        });
  }
}
