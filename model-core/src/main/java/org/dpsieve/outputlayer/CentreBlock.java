package org.dpsieve.outputlayer;

import java.util.Arrays;
import org.dpsieve.neighbor.Neighbors;

/**
 * Some atoms of one type with their neighbors, one list after the other.
 *
 * @param atoms their indices in the frame, [count]
 * @param start where an atom's neighbors begin, [count + 1]
 * @param neighbor index in the frame of each neighbor, [pairs]
 * @param type of each neighbor, [pairs]
 * @param displacement from the atom to the neighbor (its image), Å, row-major [pairs, 3]
 */
record CentreBlock(int[] atoms, int[] start, int[] neighbor, int[] type, double[] displacement) {

  /** The atoms {@code members[from]} to {@code members[from + count - 1]}. */
  static CentreBlock of(Neighbors all, int[] members, int from, int count) {
    int types = all.typeCount();
    int[] atoms = Arrays.copyOfRange(members, from, from + count);
    int[] start = new int[count + 1];
    for (int k = 0; k < count; k++) {
      int first = atoms[k] * types;
      start[k + 1] = start[k] + all.start()[first + types] - all.start()[first];
    }
    int pairs = start[count];
    int[] neighbor = new int[pairs];
    int[] type = new int[pairs];
    double[] displacement = new double[3 * pairs];
    for (int k = 0; k < count; k++) {
      int first = all.start()[atoms[k] * types];
      int length = start[k + 1] - start[k];
      System.arraycopy(all.atom(), first, neighbor, start[k], length);
      System.arraycopy(all.displacement(), 3 * first, displacement, 3 * start[k], 3 * length);
      for (int t = 0; t < types; t++) {
        int begin = all.start()[atoms[k] * types + t] - first + start[k];
        int end = all.start()[atoms[k] * types + t + 1] - first + start[k];
        Arrays.fill(type, begin, end, t);
      }
    }
    return new CentreBlock(atoms, start, neighbor, type, displacement);
  }

  int count() {
    return atoms.length;
  }

  int pairs() {
    return neighbor.length;
  }
}
