package org.dpsieve.neighbor;

/** Every atom against every image of every atom: slow and plain, the definition. */
public final class AllPairs implements NeighborSearch {
  @Override
  public Neighbors find(double[] coord, double[] cell, int[] type, double cutoff, int[] sel) {
    Geometry.requireFinite(coord, "coord");
    Candidates candidates = new Candidates(type, cutoff, sel);
    double[] x = coord;
    Lattice lattice = null;
    ImageOrder order = null;
    int[] images = new int[3];
    if (cell != null) {
      lattice = new Lattice(cell, type.length, cutoff);
      double[] fractions = lattice.fractions(coord);
      x = lattice.cartesian(fractions);
      order = new ImageOrder(lattice, cutoff, fractions);
      double offers = (double) type.length * type.length;
      for (int k = 0; k < 3; k++) {
        images[k] = (int) Math.ceil(cutoff / lattice.height[k]) + 1;
        offers *= 2.0 * images[k] + 1;
      }
      if (!(offers < Geometry.MAX_LOOKED_AT)) {
        throw new GeometryException("%.2g pairs to look at".formatted(offers));
      }
    }
    for (int i = 0; i < type.length; i++) {
      candidates.begin(x[3 * i], x[3 * i + 1], x[3 * i + 2]);
      for (int j = 0; j < type.length; j++) {
        if (j != i) {
          candidates.offer(j, x[3 * j], x[3 * j + 1], x[3 * j + 2]);
        }
      }
      for (int a = -images[0]; a <= images[0]; a++) {
        for (int b = -images[1]; b <= images[1]; b++) {
          for (int c = -images[2]; c <= images[2]; c++) {
            if (a != 0 || b != 0 || c != 0) {
              double[] shift = lattice.cartesian(new double[] {a, b, c});
              for (int j = 0; j < type.length; j++) {
                if (candidates.offer(
                    j, x[3 * j] + shift[0], x[3 * j + 1] + shift[1], x[3 * j + 2] + shift[2])) {
                  candidates.rank(order.rank(j, a, b, c));
                }
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
