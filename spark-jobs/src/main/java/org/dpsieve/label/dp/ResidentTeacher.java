package org.dpsieve.label.dp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.FrameScreen;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.resident.DpPredictions;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.Limits;
import org.dpsieve.resident.LoadedModels;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.ResidentModels.Known;
import org.dpsieve.resident.ResidentPool;
import org.dpsieve.resident.TaskRoom;

/** {@code fp_style: dp} with models that DeePMD-kit evaluates, in a process that stays. */
final class ResidentTeacher implements BatchLabeller {
  private static final long serialVersionUID = 1;

  private static final int ATOMS_AT_ONCE = 16_384;

  /** Some minutes of a large model on a CPU. */
  private static final int AFFORDABLE = 500;

  private final PackedModels models;
  private final DpProgram program;
  private final ArrayList<String> typeMap;
  private final double trust;
  private final TreeMap<String, String> about;

  /**
   * @param typeMap what types are for models that do not name theirs
   * @param trust see {@link EnsembleLabel#of}
   * @param about the models, by name
   */
  ResidentTeacher(
      PackedModels models,
      DpProgram program,
      List<String> typeMap,
      double trust,
      SortedMap<String, String> about) {
    this.models = models;
    this.program = program;
    this.typeMap = new ArrayList<>(typeMap);
    this.trust = trust;
    this.about = new TreeMap<>(about);
  }

  @Override
  public String style() {
    return "dp";
  }

  /** Types that the models do not know show when they are asked. */
  @Override
  public FrameScreen screen() {
    return frame -> Optional.empty();
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return Optional.empty();
  }

  @Override
  public int atomsAtOnce() {
    return ATOMS_AT_ONCE;
  }

  @Override
  public int affordable() {
    return AFFORDABLE;
  }

  @Override
  public boolean inProcesses() {
    return true;
  }

  @Override
  public boolean knowsSigma() {
    return models.names().size() > 1;
  }

  private ResidentPool.Borrowed take(TaskRoom room) {
    return ResidentPool.take(models, program, typeMap, room.environment(), Limits.DEFAULT);
  }

  @Override
  public SortedMap<String, String> tried(TaskRoom room) {
    try (ResidentPool.Borrowed borrowed = take(room)) {
      LoadedModels loaded = borrowed.models().loaded(room.stopped());
      SortedMap<String, String> all = new TreeMap<>(about);
      all.put("deepmd-kit", loaded.version());
      return all;
    }
  }

  @Override
  public List<LabelResult> label(List<Frame> frames, TaskRoom room) {
    List<LabelResult> results = new ArrayList<>();
    try (ResidentPool.Borrowed borrowed = take(room)) {
      List<Known> found = borrowed.models().ask(frames, DpPredictions.QUESTION, room.stopped());
      for (int k = 0; k < frames.size(); k++) {
        Known known = found.get(k);
        results.add(
            known.problem() != null
                ? LabelResult.failed(TaskOutcome.CRASHED, known.problem())
                : EnsembleLabel.of(
                    DpPredictions.of(known, models.names().size(), frames.get(k).atomCount()),
                    trust));
      }
    }
    return results;
  }
}
