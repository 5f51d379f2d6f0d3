package org.dpsieve.label.dp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.FrameScreen;
import org.dpsieve.label.KnownTypes;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.resident.TaskRoom;

/** {@code fp_style: dp} with models that our own kernels evaluate, in double precision. */
final class KernelTeacher implements BatchLabeller {
  private static final long serialVersionUID = 1;

  /** A batch of the kernels, some times. */
  private static final int ATOMS_AT_ONCE = 16_384;

  private final DeepPotential[] models;
  private final double trust;
  private final TreeMap<String, String> about;
  private final KnownTypes types;
  private transient Ensemble ensemble; // null until it is asked for

  /**
   * @param trust see {@link EnsembleLabel#of}
   * @param about the models, by name
   */
  KernelTeacher(List<DeepPotential> models, double trust, SortedMap<String, String> about) {
    this.models = models.toArray(DeepPotential[]::new);
    this.trust = trust;
    this.about = new TreeMap<>(about);
    this.types = new KnownTypes(this.models[0].typeMap(), "the teacher's");
  }

  @Override
  public String style() {
    return "dp";
  }

  @Override
  public FrameScreen screen() {
    return types;
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return types.check(frame);
  }

  @Override
  public int atomsAtOnce() {
    return ATOMS_AT_ONCE;
  }

  @Override
  public int affordable() {
    return Integer.MAX_VALUE;
  }

  @Override
  public boolean knowsSigma() {
    return models.length > 1;
  }

  private synchronized Ensemble ensemble() {
    if (ensemble == null) {
      ensemble = Ensemble.of(List.of(models));
    }
    return ensemble;
  }

  @Override
  public SortedMap<String, String> tried(TaskRoom room) {
    ensemble();
    return about;
  }

  @Override
  public List<LabelResult> label(List<Frame> frames, TaskRoom room) {
    Ensemble all = ensemble();
    List<LabelResult> results = new ArrayList<>();
    try {
      List<Prediction[]> predictions = all.evaluate(frames);
      for (int k = 0; k < frames.size(); k++) {
        results.add(result(frames.get(k), predictions.get(k), all));
      }
      return results;
    } catch (InputException e) { // a frame that no model can be asked about
      if (frames.size() == 1) {
        return List.of(LabelResult.failed(TaskOutcome.CRASHED, e.getMessage()));
      }
      frames.forEach(frame -> results.addAll(label(List.of(frame), room)));
      return results;
    }
  }

  private LabelResult result(Frame frame, Prediction[] predictions, Ensemble all) {
    LabelResult result = EnsembleLabel.of(predictions, trust);
    return result.outcome() == TaskOutcome.CRASHED
        ? all.problem(frame)
            .map(problem -> LabelResult.failed(TaskOutcome.CRASHED, problem))
            .orElse(result)
        : result;
  }
}
