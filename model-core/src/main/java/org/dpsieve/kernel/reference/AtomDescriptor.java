package org.dpsieve.kernel.reference;

import java.util.List;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.SeE2R;
import org.dpsieve.model.SeE3;
import org.dpsieve.model.SeE3Tebd;

/** The descriptor of one atom among its neighbors, and its gradient. */
interface AtomDescriptor {
  /** D, [model.size]. */
  double[] descriptor();

  /** Its directions, row-major [3, width]; empty for a descriptor without any. */
  double[] directions();

  /**
   * @param byDescriptor dE/dD, [model.size]
   * @return dE/d(difference) of every neighbor, eV/Å, [nNeighbors][3]
   */
  double[][] gradient(double[] byDescriptor);

  /**
   * @param type of the atom
   * @param neighbors by type, then nearest first
   */
  static AtomDescriptor of(Descriptor model, int type, List<Neighbor> neighbors) {
    if (model instanceof SeE2A one) {
      return new SeE2AEnvironment(one, type, neighbors);
    }
    if (model instanceof SeE2R one) {
      return new DualDescriptor(neighbors, SeE2RDuals.of(one, type, neighbors), new double[0]);
    }
    if (model instanceof SeE3 one) {
      return new DualDescriptor(neighbors, SeE3Duals.of(one, type, neighbors), new double[0]);
    }
    if (model instanceof SeE3Tebd one) {
      return new DualDescriptor(neighbors, SeE3Duals.of(one, type, neighbors), new double[0]);
    }
    if (model instanceof SeAtten one) {
      return SeAttenDuals.of(one, type, neighbors);
    }
    if (model instanceof Dpa4c one) {
      return new Dpa4cAtom(one, type, neighbors);
    }
    throw new IllegalArgumentException(model.kind());
  }
}
