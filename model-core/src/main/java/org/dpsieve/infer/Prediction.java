package org.dpsieve.infer;

import java.io.Serializable;

/**
 * What one model says of one frame. Atoms in the frame's own order.
 *
 * @param energy eV
 * @param force eV/Å, row-major [nAtoms, 3]
 * @param virial eV, row-major [3, 3], positive under compression
 * @param atomEnergy eV, [nAtoms]
 */
public record Prediction(double energy, double[] force, double[] virial, double[] atomEnergy)
    implements Serializable {}
