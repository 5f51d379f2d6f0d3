package org.dpsieve.model;

import java.io.Serializable;

/**
 * What turns an atom's surroundings into numbers that do not change under rotation, translation or
 * relabelling.
 */
public sealed interface Descriptor extends Serializable permits SeE2A {
  /** Cutoff radius, Å. */
  double rcut();

  /** Largest number of neighbours kept, per neighbour type, nearest first; [nTypes]. */
  int[] sel();

  /** Length of the descriptor of one atom. */
  int size();
}
