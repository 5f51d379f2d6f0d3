package org.dpsieve.infer;

/**
 * What one model says of one frame, and what was read on the way.
 *
 * @param hidden derivatives of the energy by the weights of each type's output layer, then by its
 *     bias, [types][width + 1]; {@code null} for types the frame has none of, and as a whole where
 *     nothing was asked or the frame's geometry makes no sense
 * @param others what changes of the output layer make, [layers]; {@code null} likewise
 */
public record Reading(Prediction prediction, double[][] hidden, Other[] others) {
  /**
   * By a change of the output layer.
   *
   * @param energy eV
   * @param force eV/Å, row-major [nAtoms, 3]
   * @param virial eV, row-major [3, 3]
   */
  public record Other(double energy, double[] force, double[] virial) {}
}
