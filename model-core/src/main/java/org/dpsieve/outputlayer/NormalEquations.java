package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.text.Counted;

/**
 * The least-squares problem of one model's output layers, summed over labelled frames; energy,
 * force and virial apart, so that any prefactors can be put in front of them. A frame's energy
 * counts with weight 1/n, its force components with 1/(3n), its virial components with 1/(9n), n
 * its number of atoms; what a frame has no label for does not count.
 */
public final class NormalEquations implements Serializable {
  private static final long serialVersionUID = 1;

  final Moments energy;
  final Moments force;
  final Moments virial;

  /** Of frames without a label of a kind; only its matrix has a meaning; null without one. */
  private final Moments[] unlabelled = new Moments[LabelKind.values().length];

  private long frames;

  /**
   * @param size number of parameters
   */
  public NormalEquations(int size) {
    this(new Moments(size), new Moments(size), new Moments(size));
  }

  private NormalEquations(Moments energy, Moments force, Moments virial) {
    this.energy = energy;
    this.force = force;
    this.virial = virial;
  }

  /**
   * Adds one frame's labels.
   *
   * @param features of the frame
   * @param parameters the starting ones, [size]
   * @throws InputException when a label has another length than the frame, or the residual is not
   *     finite
   */
  public void add(Frame frame, FrameFeatures features, double[] parameters) {
    add(frame, features, parameters, Labels.NONE, parameters);
  }

  /**
   * Adds one frame's labels, and what a model leaves of its labels at the old level of theory.
   *
   * @param old those of them that are of use
   * @param oldParameters of the model fitted to old labels, [size]
   */
  public void add(
      Frame frame,
      FrameFeatures features,
      double[] parameters,
      Labels old,
      double[] oldParameters) {
    add(frame, features, parameters, old, oldParameters, null);
  }

  /**
   * The same of labels that are not exact.
   *
   * @param weights {@code null} where all count 1
   */
  public void add(
      Frame frame,
      FrameFeatures features,
      double[] parameters,
      Labels old,
      double[] oldParameters,
      LabelWeights weights) {
    Labels labels = features.constant().takenFrom(frame.labels());
    Labels oldLabels = features.constant().takenFrom(old);
    double n = frame.atomCount() / (weights == null ? 1 : weights.frame());
    double[] x = features.force();
    if (labels.energy() != null) {
      double[] label = {labels.energy()};
      double[] residual = residual(frame, "energy", label, features.energy(), parameters);
      double[] oldLabel = oldLabels.energy() == null ? null : new double[] {oldLabels.energy()};
      add(
          energy,
          features.energy(),
          residual,
          oldResidual(frame, "energy", oldLabel, features.energy(), oldParameters),
          1 / n);
    } else {
      addUnlabelled(LabelKind.ENERGY, features.energy(), 1 / n);
    }
    if (labels.force() != null) {
      double[] residual = residual(frame, "force", labels.force(), x, parameters);
      double[] oldResidual = oldResidual(frame, "force", oldLabels.force(), x, oldParameters);
      add(
          force,
          weights == null ? x : weights.scaledByAtom(x),
          weights == null ? residual : weights.scaledByAtom(residual),
          weights == null || oldResidual == null ? oldResidual : weights.scaledByAtom(oldResidual),
          1 / (3.0 * frame.atomCount()));
    } else {
      addUnlabelled(LabelKind.FORCE, x, 1 / (3.0 * frame.atomCount()));
    }
    if (labels.virial() != null) {
      double[] residual = residual(frame, "virial", labels.virial(), features.virial(), parameters);
      add(
          virial,
          features.virial(),
          residual,
          oldResidual(frame, "virial", oldLabels.virial(), features.virial(), oldParameters),
          1 / (9 * n));
    } else {
      addUnlabelled(LabelKind.VIRIAL, features.virial(), 1 / (9 * n));
    }
    frames++;
  }

  private void addUnlabelled(LabelKind kind, double[] x, double weight) {
    if (unlabelled[kind.ordinal()] == null) {
      unlabelled[kind.ordinal()] = new Moments(size());
    }
    unlabelled[kind.ordinal()].add(x, new double[x.length / size()], weight);
  }

  private static double[] oldResidual(
      Frame frame, String name, double[] label, double[] x, double[] parameters) {
    return label == null ? null : residual(frame, "old " + name, label, x, parameters);
  }

  private static void add(
      Moments kind, double[] x, double[] residual, double[] old, double weight) {
    if (old == null) {
      kind.add(x, residual, weight);
    } else {
      kind.add(x, residual, old, weight);
    }
  }

  private static double[] residual(
      Frame frame, String name, double[] label, double[] x, double[] parameters) {
    int size = parameters.length;
    if ((long) label.length * size != x.length) {
      throw new InputException(
          "Frame %s: its %s label holds %s, expected %d"
              .formatted(frame.name(), name, Counted.of(label.length, "number"), x.length / size));
    }
    double[] residual = new double[label.length];
    for (int row = 0; row < label.length; row++) {
      double sum = label[row];
      for (int k = 0; k < size; k++) {
        sum -= x[row * size + k] * parameters[k];
      }
      if (!Double.isFinite(sum)) {
        throw new InputException(
            "Frame %s: its %s label or the model's own %s is not a finite number; leave the frame out"
                .formatted(frame.name(), name, name));
      }
      residual[row] = sum;
    }
    return residual;
  }

  /** Adds the sums of other frames. */
  public void add(NormalEquations other) {
    energy.add(other.energy);
    force.add(other.force);
    virial.add(other.virial);
    for (int kind = 0; kind < unlabelled.length; kind++) {
      if (other.unlabelled[kind] != null) {
        if (unlabelled[kind] == null) {
          unlabelled[kind] = new Moments(size());
        }
        unlabelled[kind].add(other.unlabelled[kind]);
      }
    }
    frames += other.frames;
  }

  /**
   * The same frames with another start, and less a share of what the old labels' own fit leaves of
   * them; shares its largest arrays with this one.
   *
   * @param change of the starting parameters, [size]
   */
  NormalEquations changed(double[] change, OldShare share) {
    NormalEquations changed =
        new NormalEquations(
            energy.changed(change, share.energy()),
            force.changed(change, share.force()),
            virial.changed(change, share.virial()));
    System.arraycopy(unlabelled, 0, changed.unlabelled, 0, unlabelled.length);
    changed.frames = frames;
    return changed;
  }

  /**
   * The same frames, with what the old labels' own fit leaves of them taken at other parameters
   * than it was added with; shares its arrays with this one.
   *
   * @param change of the parameters that it was added with, [size]
   */
  public NormalEquations withOldAt(double[] change) {
    NormalEquations moved =
        new NormalEquations(
            energy.withOldAt(change), force.withOldAt(change), virial.withOldAt(change));
    System.arraycopy(unlabelled, 0, moved.unlabelled, 0, unlabelled.length);
    moved.frames = frames;
    return moved;
  }

  /** The sums of some frames as numbers, to be kept: one after the other. */
  public static double[] numbers(NormalEquations[] sums) {
    int length = 0;
    for (NormalEquations one : sums) {
      length += 1 + LabelKind.values().length;
      for (Moments moments : one.kept()) {
        length += moments.length();
      }
    }
    DoubleBuffer numbers = DoubleBuffer.allocate(length);
    for (NormalEquations one : sums) {
      numbers.put(one.frames);
      for (Moments moments : one.unlabelled) {
        numbers.put(moments == null ? 0 : 1);
      }
      one.kept().forEach(moments -> moments.write(numbers));
    }
    return numbers.array();
  }

  private List<Moments> kept() {
    List<Moments> kept = new ArrayList<>(List.of(energy, force, virial));
    Arrays.stream(unlabelled).filter(Objects::nonNull).forEach(kept::add);
    return kept;
  }

  /**
   * What {@link #numbers} made.
   *
   * @param count of sums
   */
  public static NormalEquations[] of(double[] numbers, int size, int count) {
    DoubleBuffer source = DoubleBuffer.wrap(numbers);
    NormalEquations[] sums = new NormalEquations[count];
    for (int k = 0; k < count; k++) {
      long frames = (long) source.get();
      double[] flags = new double[LabelKind.values().length];
      source.get(flags);
      sums[k] =
          new NormalEquations(
              Moments.read(size, source), Moments.read(size, source), Moments.read(size, source));
      sums[k].frames = frames;
      for (int kind = 0; kind < flags.length; kind++) {
        sums[k].unlabelled[kind] = flags[kind] == 0 ? null : Moments.read(size, source);
      }
    }
    return sums;
  }

  /** Whether an old label of any kind is known beside a new one. */
  boolean knowsOld() {
    return energy.knowsOld() || force.knowsOld() || virial.knowsOld();
  }

  public int size() {
    return energy.size();
  }

  public long frames() {
    return frames;
  }

  /** Mean loss per frame after a change of the starting parameters, [size]. */
  public double loss(LossPrefactors prefactors, double[] change) {
    return (prefactors.energy() * energy.square(change)
            + prefactors.force() * force.square(change)
            + prefactors.virial() * virial.square(change))
        / frames;
  }

  /**
   * The mean square of the forces that a change of the parameters makes, as a quadratic form: mean
   * over all frames, labelled with forces or not, of the mean over components; row-major [size,
   * size], (eV/Å)².
   */
  double[] forceForm() {
    double[] form = new double[size() * size()];
    force.addMatrix(1.0 / frames, form);
    if (unlabelled(LabelKind.FORCE) != null) {
      unlabelled(LabelKind.FORCE).addMatrix(1.0 / frames, form);
    }
    return form;
  }

  Moments labelled(LabelKind kind) {
    return switch (kind) {
      case ENERGY -> energy;
      case FORCE -> force;
      case VIRIAL -> virial;
    };
  }

  /** Of frames without such a label; {@code null} where there are none. */
  Moments unlabelled(LabelKind kind) {
    return unlabelled[kind.ordinal()];
  }
}
