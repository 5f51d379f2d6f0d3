package org.dpsieve.outputlayer;

import java.util.Arrays;

/**
 * How much a frame's labels count beside exact ones: w = 1 / (1 + σ²/ρ²) for a force of standard
 * deviation σ, where ρ is the error that a fit is left with anyway; the weight of a measurement
 * with noise. Energy and virial, whose noise comes from all atoms, count as the forces do on
 * average.
 *
 * @param force of each atom's components, [nAtoms]
 */
public record LabelWeights(double[] force) {
  /** Of energy and virial. */
  public double frame() {
    return Arrays.stream(force).average().orElse(1);
  }

  /** Of a force. */
  public static double of(double sigma, double error) {
    double ratio = sigma / error;
    return 1 / (1 + ratio * ratio);
  }

  /** Rows of a linear model, three an atom, with the roots of the weights in front. */
  double[] scaledByAtom(double[] rows) {
    double[] scaled = rows.clone();
    int perAtom = rows.length / force.length;
    for (int atom = 0; atom < force.length; atom++) {
      double root = Math.sqrt(force[atom]);
      for (int k = atom * perAtom; k < (atom + 1) * perAtom; k++) {
        scaled[k] *= root;
      }
    }
    return scaled;
  }
}
