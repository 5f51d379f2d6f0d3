package org.dpsieve.label.ase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.FrameScreen;
import org.dpsieve.label.KnownTypes;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;
import org.dpsieve.resident.ResidentPool;
import org.dpsieve.resident.TaskRoom;

/** Labels by a calculator of ASE, in a process that stays. */
public final class AseTeacher implements BatchLabeller {
  private static final long serialVersionUID = 1;

  private static final Question QUESTION = Question.outputs(List.of("energy", "force", "virial"));

  /** Enough for batches of the process, few enough to be lost with a task. */
  private static final int ATOMS_AT_ONCE = 4096;

  /** Calculators cost what they like. */
  private static final int AFFORDABLE = 200;

  private final String style;
  private final AseSettings settings;
  private final PackedModels files;
  private final ArrayList<String> symbols;
  private final TypeElements elements;
  private final KnownTypes types;

  /**
   * @param style as {@code fp_style} names it
   * @param typeMap of the run
   */
  public AseTeacher(
      String style, AseSettings settings, List<String> typeMap, TypeElements elements) {
    this.style = style;
    this.settings = settings;
    this.files = PackedModels.ofFiles(settings.files());
    this.elements = elements;
    this.symbols =
        new ArrayList<>(
            typeMap.stream().flatMap(type -> elements.symbol(type).stream()).distinct().toList());
    this.types = new KnownTypes(typeMap, "the type map");
  }

  @Override
  public String style() {
    return style;
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
    return AFFORDABLE;
  }

  @Override
  public boolean inProcesses() {
    return true;
  }

  @Override
  public boolean knowsSigma() {
    return false;
  }

  private ResidentPool.Borrowed take(TaskRoom room) {
    return ResidentPool.take(
        files,
        new DpProgram(settings.python(), Map.of()),
        settings.json(),
        symbols,
        room.environment(),
        settings.limits());
  }

  @Override
  public SortedMap<String, String> tried(TaskRoom room) {
    try (ResidentPool.Borrowed borrowed = take(room)) {
      SortedMap<String, String> about =
          new TreeMap<>(borrowed.models().loaded(room.stopped()).about());
      about.put("calculator", settings.calculator());
      for (int k = 0; k < settings.files().size(); k++) {
        // in the process they have other names
        Path file = settings.files().get(k);
        String unpacked = files.names().get(k) + ", sha256";
        String sum = about.remove(unpacked);
        if (sum != null) {
          about.put(file.getFileName() + ", sha256", sum);
        }
      }
      return about;
    }
  }

  @Override
  public List<LabelResult> label(List<Frame> frames, TaskRoom room) {
    List<Frame> asked = frames.stream().map(elements::apply).toList();
    List<LabelResult> results = new ArrayList<>();
    try (ResidentPool.Borrowed borrowed = take(room)) {
      for (Known known : borrowed.models().ask(asked, QUESTION, room.stopped())) {
        results.add(
            known.problem() == null
                ? LabelResult.finished(labels(known.parts()))
                : LabelResult.failed(outcome(known.problem()), known.problem()));
      }
    }
    return results;
  }

  private static TaskOutcome outcome(String problem) {
    return problem.startsWith("no answer within") ? TaskOutcome.TIMED_OUT : TaskOutcome.CRASHED;
  }

  /** A calculator without a stress leaves NaN in the place of the virial. */
  private static Labels labels(double[][] parts) {
    return new Labels(
        parts[0][0], parts[1], Arrays.stream(parts[2]).anyMatch(Double::isNaN) ? null : parts[2]);
  }
}
