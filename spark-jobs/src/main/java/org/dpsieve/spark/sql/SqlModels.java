package org.dpsieve.spark.sql;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.resident.DpPredictions;
import org.dpsieve.resident.ResidentModels.Known;
import org.dpsieve.spark.deviation.DpModels;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.deviation.TaskModels;

/** Models that a query names, as its tasks evaluate them. */
interface SqlModels extends Serializable {
  /**
   * What each model says of each frame; NaN where it cannot be evaluated.
   *
   * @return [frame][model]
   */
  List<Prediction[]> evaluate(List<Frame> frames);

  /** Why a frame's numbers are NaN. */
  Optional<String> problem(Frame frame);

  /** By our kernels. */
  record Kernels(EnsembleHandle handle) implements SqlModels {
    @Override
    public List<Prediction[]> evaluate(List<Frame> frames) {
      return handle.ensemble().evaluate(frames);
    }

    @Override
    public Optional<String> problem(Frame frame) {
      return handle.ensemble().problem(frame);
    }
  }

  /** By DeePMD-kit. */
  final class Program implements SqlModels {
    private static final long serialVersionUID = 1;

    private final DpModels models;
    private transient TaskModels task; // every task has its own copy of this
    private transient Map<Frame, String> problems;

    Program(DpModels models) {
      this.models = models;
    }

    @Override
    public List<Prediction[]> evaluate(List<Frame> frames) {
      if (task == null) {
        task = models.task();
      }
      problems = new IdentityHashMap<>();
      List<Known> found = task.ask(frames, DpPredictions.QUESTION);
      List<Prediction[]> all = new ArrayList<>();
      for (int i = 0; i < frames.size(); i++) {
        Frame frame = frames.get(i);
        all.add(DpPredictions.of(found.get(i), models.count(), frame.atomCount()));
        if (found.get(i).problem() != null) {
          problems.put(frame, found.get(i).problem());
        }
      }
      return all;
    }

    @Override
    public Optional<String> problem(Frame frame) {
      return Optional.ofNullable(problems.get(frame));
    }
  }
}
