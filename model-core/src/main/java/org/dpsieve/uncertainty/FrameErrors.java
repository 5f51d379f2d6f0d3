package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;

/**
 * Errors of every model on a labelled frame, beside the standard deviations the ensemble gives.
 *
 * @param energy eV per atom, one for each model; none without that label
 * @param force eV/Å, one for each component and model; none without that label
 * @param seen what a {@link FrameWidth} learns of the frame; {@code null} where nothing is known
 */
public record FrameErrors(Pairs energy, Pairs force, FrameWidth.Seen seen) implements Serializable {
  /** Of which nothing is learnt. */
  public FrameErrors(Pairs energy, Pairs force) {
    this(energy, force, null);
  }

  /**
   * Errors, of either sign, and what was expected of each: arrays of one length.
   *
   * @param sigma standard deviations
   */
  public record Pairs(double[] error, double[] sigma) implements Serializable {
    /** Errors over standard deviations. */
    public double[] ratios() {
      return IntStream.range(0, error.length).mapToDouble(k -> error[k] / sigma[k]).toArray();
    }
  }

  /**
   * @param frames with labels, at least some
   * @param sigmas of these frames
   * @return in the frames' order
   */
  public static List<FrameErrors> of(List<Frame> frames, List<FrameSigma> sigmas) {
    List<FrameErrors> all = new ArrayList<>();
    for (int k = 0; k < frames.size(); k++) {
      all.add(of(frames.get(k), sigmas.get(k)));
    }
    return all;
  }

  private static FrameErrors of(Frame frame, FrameSigma sigma) {
    Labels labels = frame.labels();
    Prediction[] models = sigma.models();
    int atoms = frame.atomCount();
    int energies = labels.energy() == null ? 0 : models.length;
    int components = labels.force() == null ? 0 : 3 * atoms;
    Pairs energy = new Pairs(new double[energies], new double[energies]);
    for (int m = 0; m < energies; m++) {
      energy.error()[m] = (models[m].energy() - labels.energy()) / atoms;
      energy.sigma()[m] = sigma.energy();
    }
    int all = models.length * components;
    Pairs force = new Pairs(new double[all], new double[all]);
    for (int m = 0; m < models.length; m++) {
      for (int c = 0; c < components; c++) {
        force.error()[m * components + c] = models[m].force()[c] - labels.force()[c];
        force.sigma()[m * components + c] = sigma.component()[c / 3];
      }
    }
    return new FrameErrors(energy, force, components == 0 ? null : seen(frame, sigma));
  }

  private static FrameWidth.Seen seen(Frame frame, FrameSigma sigma) {
    if (sigma.about() == null) {
      return null;
    }
    Prediction[] models = sigma.models();
    double[] label = frame.labels().force();
    double largest = 0;
    for (int atom = 0; atom < label.length; atom += 3) {
      double square = 0;
      for (Prediction model : models) {
        for (int c = atom; c < atom + 3; c++) {
          double off = model.force()[c] - label[c];
          square += off * off / models.length;
        }
      }
      largest = Math.max(largest, square);
    }
    return new FrameWidth.Seen(sigma.about(), Math.sqrt(largest) / sigma.force());
  }

  /** With other standard deviations of forces. */
  private FrameErrors scaled(double factor) {
    double[] sigma = Arrays.stream(force.sigma()).map(one -> factor * one).toArray();
    return new FrameErrors(energy, new Pairs(force.error(), sigma), seen);
  }

  /**
   * Before calibration, each frame with the width that the other folds show.
   *
   * @param width {@code null} where none was learnt; then the folds are as they were
   */
  public record Widened(FrameWidth width, List<List<FrameErrors>> folds) {}

  /** Learns how wide single frames are. */
  public static Widened widened(List<List<FrameErrors>> folds) {
    return FrameWidth.of(
            folds.stream().map(fold -> fold.stream().map(FrameErrors::seen).toList()).toList())
        .map(
            learnt ->
                new Widened(
                    learnt.width(),
                    IntStream.range(0, folds.size())
                        .mapToObj(fold -> scaled(folds.get(fold), learnt.factors()[fold]))
                        .toList()))
        .orElse(new Widened(null, folds));
  }

  private static List<FrameErrors> scaled(List<FrameErrors> fold, double[] factors) {
    return IntStream.range(0, factors.length)
        .mapToObj(k -> fold.get(k).scaled(factors[k]))
        .toList();
  }

  /** Of labels that were predicted, one for each; none of a kind that is missing on a side. */
  public static FrameErrors of(Frame frame, PredictedLabels predicted) {
    Labels found = frame.labels();
    Labels said = predicted.labels();
    double n = frame.atomCount();
    boolean energies = found.energy() != null && said.energy() != null;
    boolean forces = found.force() != null && said.force() != null;
    double[] force = new double[forces ? said.force().length : 0];
    double[] sigma = new double[force.length];
    for (int c = 0; c < force.length; c++) {
      force[c] = said.force()[c] - found.force()[c];
      sigma[c] = predicted.forceSigma()[c / 3];
    }
    return new FrameErrors(
        energies
            ? new Pairs(
                new double[] {(said.energy() - found.energy()) / n},
                new double[] {predicted.energySigma()})
            : new Pairs(new double[0], new double[0]),
        new Pairs(force, sigma));
  }
}
