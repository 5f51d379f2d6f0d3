package org.dpsieve.neighbor;

/**
 * Finds the neighbors of every atom of a frame. {@link CellList} is the one to use; {@link
 * AllPairs} is its plain twin, which defines the result. Implementations are stateless.
 */
public interface NeighborSearch {
  /**
   * @param coord positions in Å, row-major [nAtoms, 3], anywhere in space
   * @param cell lattice vectors as rows in Å, row-major [3, 3], of any handedness and shape, also
   *     smaller than the cutoff; {@code null} when not periodic
   * @param type of every atom, [nAtoms], from 0 to {@code sel.length - 1}
   * @param cutoff Å
   * @param sel largest number of neighbors kept, per neighbor type, nearest first
   * @throws GeometryException when {@link Geometry} cannot be kept to
   */
  Neighbors find(double[] coord, double[] cell, int[] type, double cutoff, int[] sel);
}
