package org.dpsieve.frame;

import java.io.Serializable;

/**
 * What is known of a frame's labels beside their numbers.
 *
 * @param computed whether they were computed; else they are predicted
 * @param energy standard deviation of the frame's energy, eV; 0 of a computed one that is taken as
 *     exact, {@code null} where the frame has no energy
 * @param force standard deviation of each component of an atom's force, eV/Å, [nAtoms]; zeros of
 *     such computed ones, {@code null} where the frame has no forces
 */
public record Certainty(boolean computed, Double energy, double[] force) implements Serializable {
  /** Arrays of a set, [frames, 1], [frames, nAtoms] and, 1 for computed, [frames, 1]. */
  public static final String ENERGY_FILE = "sigma_energy.npy";

  public static final String FORCE_FILE = "sigma_force.npy";

  public static final String COMPUTED_FILE = "computed.npy";
}
