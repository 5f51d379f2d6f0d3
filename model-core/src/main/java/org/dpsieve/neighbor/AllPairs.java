package org.dpsieve.neighbor;

/** Every atom against every image of every atom: slow and plain, the definition. */
public final class AllPairs implements NeighborSearch {
  @Override
  public Neighbors find(double[] coord, double[] cell, int[] type, double cutoff, int[] sel) {
    Lattice.requireFinite(coord, "coord");
    Candidates candidates = new Candidates(type, cutoff, sel);
    Lattice lattice = cell == null ? null : Lattice.of(cell, type.length, cutoff);
    double[] x = lattice == null ? coord : lattice.wrap(coord);
    int[] images = new int[3];
    for (int k = 0; lattice != null && k < 3; k++) {
      images[k] = (int) Math.ceil(cutoff / lattice.height[k]) + 1;
    }
    double[] shift = new double[3];
    for (int i = 0; i < type.length; i++) {
      for (int a = -images[0]; a <= images[0]; a++) {
        for (int b = -images[1]; b <= images[1]; b++) {
          for (int c = -images[2]; c <= images[2]; c++) {
            for (int k = 0; lattice != null && k < 3; k++) {
              shift[k] = a * cell[k] + b * cell[3 + k] + c * cell[6 + k];
            }
            for (int j = 0; j < type.length; j++) {
              if (i != j || a != 0 || b != 0 || c != 0) {
                candidates.offer(
                    j,
                    x[3 * j] + shift[0] - x[3 * i],
                    x[3 * j + 1] + shift[1] - x[3 * i + 1],
                    x[3 * j + 2] + shift[2] - x[3 * i + 2]);
              }
            }
          }
        }
      }
      candidates.finish(i);
    }
    return candidates.neighbors();
  }
}
