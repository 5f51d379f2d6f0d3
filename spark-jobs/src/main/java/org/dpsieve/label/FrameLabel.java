package org.dpsieve.label;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.Labels;
import org.dpsieve.text.Counted;

/**
 * The label of one frame from what a program left in its task folder: in the frame's own cell
 * orientation and atom order, and only if the output is of this very frame.
 */
final class FrameLabel {
  /** Å; OUTCAR prints five decimals, CP2K's cell has three. */
  private static final double SAME_PLACE = 1e-3;

  private final Frame frame;
  private final int[] order;

  /**
   * @param frame of elements alone
   * @param order row k of the output is the frame's atom {@code order[k]}, [nAtoms]
   */
  FrameLabel(Frame frame, int[] order) {
    this.frame = frame;
    this.order = order;
  }

  /** Reads the program's files, the first of them that has a label or says that there is none. */
  LabelResult read(OutputReader reader, TaskOutputs outputs) {
    LabelResult best = null;
    for (String name : reader.names()) {
      LabelResult next = read(reader, name, outputs);
      if (next.outcome() == TaskOutcome.FINISHED || next.outcome() == TaskOutcome.UNCONVERGED) {
        return next;
      }
      if (best == null || best.outcome() == TaskOutcome.MISSING_OUTPUT) {
        best = next;
      }
    }
    return best;
  }

  private LabelResult read(OutputReader reader, String name, TaskOutputs outputs) {
    try {
      Optional<String> absent = OutputFiles.absent(outputs, name);
      if (absent.isPresent()) {
        return LabelResult.failed(TaskOutcome.MISSING_OUTPUT, absent.get());
      }
      return label(reader.read(name, outputs), name);
    } catch (IOException | UncheckedIOException e) {
      return LabelResult.failed(TaskOutcome.UNPARSABLE, "cannot be read: " + OutputFiles.cause(e));
    } catch (InputException e) {
      throw e; // no program to read it with: the same for all
    } catch (RuntimeException e) {
      return LabelResult.failed(
          TaskOutcome.UNPARSABLE, "%s cannot be read: %s".formatted(name, OutputFiles.defect(e)));
    }
  }

  private LabelResult label(Calculation calculation, String name) {
    LabelResult outcome =
        LabelResult.failed(calculation.outcome(), name + ": " + calculation.reason());
    List<Calculation.Step> steps = calculation.steps();
    if (steps.size() != 1) {
      return steps.isEmpty()
          ? outcome
          : LabelResult.failed(
              TaskOutcome.UNPARSABLE,
              "%s holds %s, expected the picked one alone: atoms must not move"
                  .formatted(name, Counted.of(steps.size(), "geometry", "geometries")));
    }
    Optional<String> elements = otherElements(calculation.elements());
    Optional<Calculation.Step> turned =
        elements.isPresent() ? Optional.empty() : turned(steps.get(0));
    Optional<String> difference =
        elements.or(
            () ->
                turned.isEmpty()
                    ? Optional.of(
                        steps.get(0).cell() == null
                            ? "its atoms are a molecule, the frame is periodic"
                            : "its cell is another one")
                    : otherPlaces(turned.get()));
    if (difference.isPresent()) {
      return LabelResult.failed(
          TaskOutcome.UNPARSABLE, "%s is of another frame: %s".formatted(name, difference.get()));
    }
    if (!turned.get().converged()) {
      return outcome;
    }
    Labels labels = labels(turned.get());
    return FrameCheck.problem(frame.withLabels(labels))
        .map(problem -> LabelResult.failed(TaskOutcome.UNPARSABLE, name + ": " + problem))
        .orElse(LabelResult.finished(labels));
  }

  private Labels labels(Calculation.Step step) {
    double[] force = new double[3 * order.length];
    for (int k = 0; k < order.length; k++) {
      System.arraycopy(step.force(), 3 * k, force, 3 * order[k], 3);
    }
    return new Labels(step.energy(), force, step.virial());
  }

  private Optional<String> otherElements(List<String> elements) {
    if (elements.size() != order.length) {
      return Optional.of(
          "%s, expected %d".formatted(Counted.of(elements.size(), "atom"), order.length));
    }
    for (int k = 0; k < order.length; k++) {
      String expected = frame.type(order[k]);
      if (!elements.get(k).equals(expected)) {
        return Optional.of(
            "atom %d is %s, expected %s".formatted(k + 1, elements.get(k), expected));
      }
    }
    return Optional.empty();
  }

  /** The step in the frame's orientation; empty when its cell is no turned one of the frame's. */
  private Optional<Calculation.Step> turned(Calculation.Step step) {
    if (frame.cell() == null) {
      return Optional.of(step); // a program without molecules puts it into a box
    }
    if (step.cell() == null) {
      return Optional.empty();
    }
    double[] cell = step.cell().clone();
    for (int sign = 1; sign >= -1; sign -= 2) { // all three vectors reversed: the same lattice
      double farthest = 0;
      for (int i = 0; i < 9; i++) {
        farthest = Math.max(farthest, Math.abs(sign * cell[i] - frame.cell()[i]));
      }
      if (farthest < SAME_PLACE) {
        return Optional.of(step);
      }
    }
    return Rotation.between(frame.cell(), cell, SAME_PLACE).map(turn -> turn.back(step));
  }

  private Optional<String> otherPlaces(Calculation.Step step) {
    PeriodicDistance lattice = frame.cell() == null ? null : new PeriodicDistance(frame.cell());
    for (int k = 0; k < order.length; k++) {
      double distance =
          PeriodicDistance.distance(lattice, step.coord(), 3 * k, frame.coord(), 3 * order[k]);
      if (!(distance < SAME_PLACE)) {
        return Optional.of("atom %d is %.4f Å off its place".formatted(k + 1, distance));
      }
    }
    return Optional.empty();
  }
}
