package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.List;
import org.dpsieve.outputlayer.OutputPosterior;

/**
 * What an ensemble needs to say how far it may be off.
 *
 * @param present which types of the models had labels, [nTypes]: of others nothing is known
 * @param posteriors one for each model, over the parameters of those types
 * @param energyFactor of standard deviations of energies, found on labelled frames left out
 * @param forceFactor the same of forces
 * @param width by which those of single frames differ from the posteriors'; {@code null} for none
 */
public record Uncertainty(
    boolean[] present,
    List<OutputPosterior> posteriors,
    double energyFactor,
    double forceFactor,
    FrameWidth width)
    implements Serializable {
  public Uncertainty {
    posteriors = List.copyOf(posteriors);
  }

  /** As the posteriors alone have it. */
  public Uncertainty(
      boolean[] present,
      List<OutputPosterior> posteriors,
      double energyFactor,
      double forceFactor) {
    this(present, posteriors, energyFactor, forceFactor, null);
  }

  /** Before calibration. */
  public static Uncertainty raw(boolean[] present, List<OutputPosterior> posteriors) {
    return new Uncertainty(present, posteriors, 1, 1);
  }

  public Uncertainty calibrated(double energy, double force) {
    return new Uncertainty(present, posteriors, energy, force, width);
  }

  /**
   * @param learnt {@code null} for none
   */
  public Uncertainty with(FrameWidth learnt) {
    return new Uncertainty(present, posteriors, energyFactor, forceFactor, learnt);
  }
}
