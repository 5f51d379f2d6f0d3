package org.dpsieve.label.vasp;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;

/**
 * The label of one frame from a task folder: OUTCAR, as DP-GEN prefers it; where that has no label,
 * vasprun.xml. The label is given back in the frame's own cell orientation and atom order, and only
 * if the output is of this very frame.
 */
final class VaspResult {
  /** Å; OUTCAR prints five decimals. */
  private static final double SAME_PLACE = 1e-3;

  private VaspResult() {}

  /**
   * @param order row k of the output is the frame's atom {@code order[k]}, [nAtoms]
   */
  static LabelResult read(TaskOutputs outputs, Frame frame, int[] order) {
    LabelResult outcar = read(outputs, "OUTCAR", frame, order);
    if (outcar.outcome() == TaskOutcome.FINISHED || outcar.outcome() == TaskOutcome.UNCONVERGED) {
      return outcar;
    }
    LabelResult xml = read(outputs, "vasprun.xml", frame, order);
    boolean better =
        xml.outcome() == TaskOutcome.FINISHED
            || xml.outcome() == TaskOutcome.UNCONVERGED
            || (outcar.outcome() == TaskOutcome.MISSING_OUTPUT
                && xml.outcome() != TaskOutcome.MISSING_OUTPUT);
    return better ? xml : outcar;
  }

  private static LabelResult read(TaskOutputs outputs, String name, Frame frame, int[] order) {
    try {
      Optional<InputStream> file = outputs.open(name);
      if (file.isEmpty()) {
        return LabelResult.failed(TaskOutcome.MISSING_OUTPUT, "no " + name);
      }
      try (InputStream in = new BufferedInputStream(file.get())) {
        in.mark(1);
        if (in.read() < 0) {
          return LabelResult.failed(TaskOutcome.MISSING_OUTPUT, name + " is empty");
        }
        in.reset();
        return label(VaspFile.read(in), name, frame, order);
      }
    } catch (IOException e) {
      return LabelResult.failed(
          TaskOutcome.UNPARSABLE, "%s cannot be read: %s".formatted(name, e.getMessage()));
    }
  }

  private static LabelResult label(VaspRun run, String name, Frame frame, int[] order) {
    LabelResult outcome = VaspFile.outcome(run, name);
    if (run.steps().size() != 1) {
      return run.steps().isEmpty()
          ? outcome
          : LabelResult.failed(
              TaskOutcome.UNPARSABLE,
              "%s holds %d geometries, expected the picked one alone: set NSW = 0"
                  .formatted(name, run.steps().size()));
    }
    VaspRun.Step step = run.steps().get(0);
    Optional<String> difference = difference(run, step, frame, order);
    if (difference.isPresent()) {
      return LabelResult.failed(
          TaskOutcome.UNPARSABLE, "%s is of another frame: %s".formatted(name, difference.get()));
    }
    if (!run.converged(step)) {
      return outcome;
    }
    double[] force = new double[3 * order.length];
    for (int k = 0; k < order.length; k++) {
      System.arraycopy(step.force(), 3 * k, force, 3 * order[k], 3);
    }
    for (double value : force) {
      if (!Double.isFinite(value)) {
        return LabelResult.failed(TaskOutcome.UNPARSABLE, name + ": a force is not a number");
      }
    }
    if (!Double.isFinite(step.energy())) {
      return LabelResult.failed(TaskOutcome.UNPARSABLE, name + ": the energy is not a number");
    }
    return LabelResult.finished(new Labels(step.energy(), force, step.virial()));
  }

  /** In what the output is not of the frame; empty when it is. */
  private static Optional<String> difference(
      VaspRun run, VaspRun.Step step, Frame frame, int[] order) {
    List<String> elements = run.elements();
    if (elements.size() != order.length) {
      return Optional.of("%d atoms, expected %d".formatted(elements.size(), order.length));
    }
    for (int k = 0; k < order.length; k++) {
      String expected = Elements.symbol(frame.z()[order[k]]);
      if (!elements.get(k).equals(expected)) {
        return Optional.of(
            "atom %d is %s, expected %s".formatted(k + 1, elements.get(k), expected));
      }
    }
    for (int i = 0; i < 9; i++) {
      if (!(Math.abs(step.cell()[i] - frame.cell()[i]) < SAME_PLACE)) {
        return Optional.of(
            "its cell has %s where the frame has %s".formatted(step.cell()[i], frame.cell()[i]));
      }
    }
    Lattice lattice = new Lattice(frame.cell());
    for (int k = 0; k < order.length; k++) {
      double distance = lattice.distance(step.coord(), 3 * k, frame.coord(), 3 * order[k]);
      if (!(distance < SAME_PLACE)) {
        return Optional.of("atom %d is %.4f Å off its place".formatted(k + 1, distance));
      }
    }
    return Optional.empty();
  }
}
