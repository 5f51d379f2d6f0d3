package org.dpsieve.spark.sql;

import java.io.Serializable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.resident.DpProperties;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;
import org.dpsieve.spark.deviation.DpModels;
import org.dpsieve.spark.deviation.PropertyHandle;
import org.dpsieve.spark.deviation.TaskModels;

/** Models of a property that a query names, as its tasks evaluate them. */
interface SqlProperties extends Serializable {
  /**
   * What each model says of each frame; NaN where it cannot be evaluated.
   *
   * @return [frame][model]
   */
  List<PropertyPrediction[]> evaluate(List<Frame> frames);

  /** Why a frame's values are NaN. */
  Optional<String> problem(Frame frame);

  /** By our kernels. */
  record Kernels(PropertyHandle handle) implements SqlProperties {
    @Override
    public List<PropertyPrediction[]> evaluate(List<Frame> frames) {
      return handle.ensemble().evaluate(frames);
    }

    @Override
    public Optional<String> problem(Frame frame) {
      return handle.ensemble().problem(frame);
    }
  }

  /** By DeePMD-kit. */
  final class Program implements SqlProperties {
    private static final long serialVersionUID = 1;

    private final DpModels models;
    private transient TaskModels task; // every task has its own copy of this
    private transient Map<Frame, String> problems;

    Program(DpModels models) {
      this.models = models;
    }

    @Override
    public List<PropertyPrediction[]> evaluate(List<Frame> frames) {
      if (task == null) {
        task = models.task();
      }
      problems = new IdentityHashMap<>();
      List<Known> found = task.ask(frames, Question.VALUES);
      for (int i = 0; i < frames.size(); i++) {
        if (found.get(i).problem() != null) {
          problems.put(frames.get(i), found.get(i).problem());
        }
      }
      return DpProperties.of(found, models.count());
    }

    @Override
    public Optional<String> problem(Frame frame) {
      return Optional.ofNullable(problems.get(frame));
    }
  }
}
