package org.dpsieve.infer;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What one model says of one frame. Atoms in the frame's own order.
 *
 * @param energy eV
 * @param force eV/Å, row-major [nAtoms, 3]
 * @param virial eV, row-major [3, 3], positive under compression
 * @param atomEnergy eV, [nAtoms]
 */
public record Prediction(double energy, double[] force, double[] virial, double[] atomEnergy)
    implements Serializable {

  /** Of a frame that cannot be evaluated. */
  public static Prediction notANumber(int atoms) {
    return new Prediction(Double.NaN, nothing(3 * atoms), nothing(9), nothing(atoms));
  }

  private static double[] nothing(int length) {
    double[] none = new double[length];
    Arrays.fill(none, Double.NaN);
    return none;
  }
}
