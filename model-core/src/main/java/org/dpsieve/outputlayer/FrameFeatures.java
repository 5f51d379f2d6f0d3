package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.Arrays;
import org.dpsieve.frame.Labels;

/**
 * Energy, force and virial of one frame as linear functions of the output layers' parameters p (see
 * {@link OutputParameters}): energy = constant + sum_k energy[k] p[k], force = sum_k force[., k]
 * p[k], virial likewise; where something beside the nets makes forces, plus what it makes.
 *
 * @param atoms number of atoms
 * @param constant what no parameter changes
 * @param energy [size]: sums of the last hidden layer's outputs over the atoms of a type, and the
 *     number of these atoms for the bias
 * @param force Å⁻¹, row-major [3 nAtoms, size]
 * @param virial row-major [9, size], the nine components in the order of {@code Labels.virial}
 */
public record FrameFeatures(
    int atoms, Constant constant, double[] energy, double[] force, double[] virial) {
  /**
   * @param energy eV
   * @param force eV/Å, row-major [3 nAtoms]; {@code null} for zeros
   * @param virial eV, [9]; {@code null} likewise
   */
  public record Constant(double energy, double[] force, double[] virial) implements Serializable {
    /** Of nets alone. */
    public static Constant of(double energy) {
      return new Constant(energy, null, null);
    }

    /** Adds its forces to others, [3 nAtoms]. */
    public void addForce(double[] others) {
      add(force, others);
    }

    /** Adds its virial to another, [9]. */
    public void addVirial(double[] other) {
      add(virial, other);
    }

    private static void add(double[] numbers, double[] to) {
      for (int k = 0; numbers != null && k < to.length; k++) {
        to[k] += numbers[k];
      }
    }

    /** Labels less it; what is {@code null} stays so. */
    Labels takenFrom(Labels labels) {
      return new Labels(
          labels.energy() == null ? null : labels.energy() - energy,
          less(labels.force(), force),
          less(labels.virial(), virial));
    }

    private static double[] less(double[] label, double[] constant) {
      if (label == null || constant == null || label.length != constant.length) {
        return label;
      }
      double[] rest = label.clone();
      Arrays.setAll(rest, k -> rest[k] - constant[k]);
      return rest;
    }
  }
}
