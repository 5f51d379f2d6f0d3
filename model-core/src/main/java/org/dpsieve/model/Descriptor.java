package org.dpsieve.model;

import java.io.Serializable;
import java.util.List;

/**
 * What turns an atom's surroundings into numbers that do not change under rotation, translation or
 * relabelling.
 */
public sealed interface Descriptor extends Serializable
    permits SeE2A, SeE2R, SeE3, SeE3Tebd, SeAtten, Dpa4c, Hybrid, Foreign {
  /** What it looks at: one, or for a {@link Hybrid} one per part. */
  List<Surroundings> surroundings();

  /** Length of the descriptor of one atom. */
  int size();

  /** The numbers at its end that depend on the centre's type alone; there may be none. */
  default double[] ofType(int centre) {
    return new double[0];
  }

  /** Its name in DeePMD-kit's input, for messages. */
  String kind();

  /** Cutoff radius, Å: the largest of its parts'. */
  default double rcut() {
    return surroundings().stream().mapToDouble(Surroundings::rcut).max().orElseThrow();
  }
}
