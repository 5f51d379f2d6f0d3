package org.dpsieve.spark.sql;

import java.io.Serializable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.resident.DpPredictions;
import org.dpsieve.resident.DpProperties;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;
import org.dpsieve.spark.deviation.DpModels;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.deviation.PropertyHandle;
import org.dpsieve.spark.deviation.TaskModels;

/**
 * Models that a query names, as its tasks evaluate them.
 *
 * @param <P> what a model says of a frame: {@link Prediction} or {@link PropertyPrediction}
 */
interface SqlModels<P> extends Serializable {
  /**
   * What each model says of each frame; NaN where it cannot be evaluated.
   *
   * @return [frame][model]
   */
  List<P[]> evaluate(List<Frame> frames);

  /** Why a frame's numbers are NaN. */
  Optional<String> problem(Frame frame);

  /** Of energies, by our kernels. */
  record Kernels(EnsembleHandle handle) implements SqlModels<Prediction> {
    @Override
    public List<Prediction[]> evaluate(List<Frame> frames) {
      return handle.ensemble().evaluate(frames);
    }

    @Override
    public Optional<String> problem(Frame frame) {
      return handle.ensemble().problem(frame);
    }
  }

  /** Of a property, by our kernels. */
  record PropertyKernels(PropertyHandle handle) implements SqlModels<PropertyPrediction> {
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
  abstract class Program<P> implements SqlModels<P> {
    private static final long serialVersionUID = 1;

    private final DpModels models;
    private transient TaskModels task; // every task has its own copy of this
    private transient Map<Frame, String> problems;

    private Program(DpModels models) {
      this.models = models;
    }

    abstract Question question();

    /**
     * @param count of models
     */
    abstract List<P[]> read(List<Known> found, List<Frame> frames, int count);

    @Override
    public List<P[]> evaluate(List<Frame> frames) {
      if (task == null) {
        task = models.task();
      }
      problems = new IdentityHashMap<>();
      List<Known> found = task.ask(frames, question());
      for (int i = 0; i < frames.size(); i++) {
        if (found.get(i).problem() != null) {
          problems.put(frames.get(i), found.get(i).problem());
        }
      }
      return read(found, frames, models.count());
    }

    @Override
    public Optional<String> problem(Frame frame) {
      return Optional.ofNullable(problems.get(frame));
    }
  }

  /** Of energies. */
  final class EnergyProgram extends Program<Prediction> {
    private static final long serialVersionUID = 1;

    EnergyProgram(DpModels models) {
      super(models);
    }

    @Override
    Question question() {
      return DpPredictions.QUESTION;
    }

    @Override
    List<Prediction[]> read(List<Known> found, List<Frame> frames, int count) {
      return IntStream.range(0, found.size())
          .mapToObj(i -> DpPredictions.of(found.get(i), count, frames.get(i).atomCount()))
          .toList();
    }
  }

  /** Of a property. */
  final class PropertyProgram extends Program<PropertyPrediction> {
    private static final long serialVersionUID = 1;

    PropertyProgram(DpModels models) {
      super(models);
    }

    @Override
    Question question() {
      return Question.VALUES;
    }

    @Override
    List<PropertyPrediction[]> read(List<Known> found, List<Frame> frames, int count) {
      return DpProperties.of(found, count);
    }
  }
}
