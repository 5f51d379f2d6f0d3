package org.dpsieve.uncertainty;

import org.dpsieve.frame.Labels;

/**
 * Labels of a frame at the new level of theory, predicted from its old ones, and how far off they
 * may be.
 *
 * @param labels of each kind that the frame has an old label of
 * @param energySigma standard deviation of the energy, eV per atom; NaN where nothing is known
 * @param forceSigma of each component of an atom's force, eV/Å, [nAtoms]; likewise
 */
public record PredictedLabels(Labels labels, double energySigma, double[] forceSigma) {
  /** Whether anything is known of the frame: its geometry makes sense, its elements have labels. */
  public boolean known() {
    return Double.isFinite(energySigma) || Double.isFinite(forceSigma[0]);
  }
}
