package org.dpsieve.infer;

/**
 * What one model says of one frame, and what was read on the way.
 *
 * @param hidden sums of the last hidden layer over the frame's atoms of each type, [types][width];
 *     {@code null} for types the frame has none of, and as a whole where nothing was asked or the
 *     frame's geometry makes no sense
 * @param atoms of each type, [types]; {@code null} where nothing was asked
 * @param drawnForce forces by another output layer, eV/Å, row-major [nAtoms, 3]; {@code null}
 *     without one
 */
public record Reading(Prediction prediction, double[][] hidden, int[] atoms, double[] drawnForce) {}
