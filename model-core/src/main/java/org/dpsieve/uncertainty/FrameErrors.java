package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.ArrayList;
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
 */
public record FrameErrors(Pairs energy, Pairs force) implements Serializable {
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
    return new FrameErrors(energy, force);
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
