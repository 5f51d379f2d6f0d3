package org.dpsieve.neighbor;

/**
 * DeePMD-kit's order of atoms and images, which decides between equally near neighbors: the atoms
 * themselves, then images by the cell of its grid that they lie in ({@code
 * source/lib/src/neighbor_list.cc: copy_coord}), then atom by atom.
 */
final class ImageOrder {
  /** Ranks are three signed numbers of 21 bits each. */
  private static final int BITS = 21;

  private static final int ZERO = 1 << (BITS - 1);

  private final int[] grid = new int[3];
  private final int[] home;

  /** Of atoms at these fractions of the cell. */
  ImageOrder(Lattice lattice, double cutoff, double[] fractions) {
    home = new int[fractions.length];
    for (int k = 0; k < 3; k++) {
      grid[k] = Math.max(1, (int) (lattice.height[k] / cutoff));
    }
    for (int i = 0; i < home.length; i++) {
      home[i] = Math.min((int) (fractions[i] * grid[i % 3]), grid[i % 3] - 1);
    }
  }

  /** Of the image of an atom shifted by a, b and c lattice vectors, not all of them 0. */
  long rank(int atom, int a, int b, int c) {
    long x = home[3 * atom] + a * grid[0] + ZERO;
    long y = home[3 * atom + 1] + b * grid[1] + ZERO;
    long z = home[3 * atom + 2] + c * grid[2] + ZERO;
    return (x << 2 * BITS) + (y << BITS) + z;
  }
}
