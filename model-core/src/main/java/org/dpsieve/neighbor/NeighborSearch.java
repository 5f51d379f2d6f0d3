package org.dpsieve.neighbor;

import java.util.Optional;

/**
 * Finds the neighbours of every atom of a frame. {@link CellList} is the one to use; {@link
 * AllPairs} is its plain twin, which defines the result. Implementations are stateless.
 */
public interface NeighborSearch {
  /**
   * @param coord positions in Å, row-major [nAtoms, 3], anywhere in space
   * @param cell lattice vectors as rows in Å, row-major [3, 3], of any handedness and shape, also
   *     smaller than the cutoff; {@code null} when not periodic
   * @param type of every atom, [nAtoms], from 0 to {@code sel.length - 1}
   * @param cutoff Å
   * @param sel largest number of neighbours kept, per neighbour type, nearest first
   * @throws GeometryException when the cell has no volume or a number is not finite
   */
  Neighbors find(double[] coord, double[] cell, int[] type, double cutoff, int[] sel);

  /**
   * Why no neighbours can be found among these atoms, if so: a number that is not finite, a cell
   * without volume.
   *
   * @param coord Å, row-major [nAtoms, 3]
   * @param cell Å, row-major [3, 3], or {@code null}
   */
  static Optional<String> problem(double[] coord, double[] cell, double cutoff) {
    try {
      Lattice.requireFinite(coord, "coord");
      if (cell != null) {
        Lattice.requireUsable(cell, coord.length / 3, cutoff);
      }
      return Optional.empty();
    } catch (GeometryException e) {
      return Optional.of(e.getMessage());
    }
  }
}
