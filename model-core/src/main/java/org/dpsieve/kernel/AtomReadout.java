package org.dpsieve.kernel;

import java.util.Arrays;

/**
 * What a model makes of each atom of a batch before its output layer: read by {@link Workspace}
 * instead of energies and forces, which are then not computed.
 */
public final class AtomReadout {
  private final double[][] hidden;
  private final double[][] equivariant;

  /**
   * @param atoms of the batch
   */
  public AtomReadout(int atoms) {
    hidden = new double[atoms][];
    equivariant = new double[atoms][];
  }

  /** The last hidden layer of an atom; {@code null} where the model takes no notice of it. */
  public double[] hidden(int atom) {
    return hidden[atom];
  }

  /** The directions of its descriptor, row-major [3, width]; {@code null} likewise. */
  public double[] equivariant(int atom) {
    return equivariant[atom];
  }

  void put(int atom, double[] values, int from, int width, double[] directions) {
    hidden[atom] = Arrays.copyOfRange(values, from, from + width);
    equivariant[atom] = directions;
  }
}
