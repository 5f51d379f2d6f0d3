package org.dpsieve.infer;

/**
 * What one model says of one frame, and what was read on the way.
 *
 * @param hidden sums of the last hidden layer over the frame's atoms of each type, [types][width];
 *     {@code null} for types the frame has none of, and as a whole where nothing was asked or the
 *     frame's geometry makes no sense
 * @param atoms of each type, [types]; {@code null} likewise
 * @param others what other output layers make, [layers]; {@code null} likewise
 */
public record Reading(Prediction prediction, double[][] hidden, int[] atoms, Other[] others) {
  /**
   * By another output layer.
   *
   * @param force eV/Å, row-major [nAtoms, 3]
   * @param virial eV, row-major [3, 3]
   */
  public record Other(double[] force, double[] virial) {}
}
