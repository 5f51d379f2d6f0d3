package org.dpsieve.outputlayer;

/**
 * Energy, force and virial of one frame as linear functions of the output layers' parameters p (see
 * {@link OutputParameters}): energy = constant + sum_k energy[k] p[k], force = sum_k force[., k]
 * p[k], virial likewise.
 *
 * @param atoms number of atoms
 * @param constant energy that no parameter changes, eV
 * @param energy [size]: sums of the last hidden layer's outputs over the atoms of a type, and the
 *     number of these atoms for the bias
 * @param force Å⁻¹, row-major [3 nAtoms, size]
 * @param virial row-major [9, size], the nine components in the order of {@code Labels.virial}
 */
public record FrameFeatures(
    int atoms, double constant, double[] energy, double[] force, double[] virial) {}
