package org.dpsieve.label.vasp;

/** Distances in a periodic cell, for points that nearly coincide. */
final class Lattice {
  private final double[] cell;
  private final double[][] reciprocal = new double[3][3];

  /**
   * @param cell lattice vectors as rows, Å, row-major [3, 3]
   */
  Lattice(double[] cell) {
    this.cell = cell;
    for (int i = 0; i < 3; i++) {
      int j = 3 * ((i + 1) % 3);
      int k = 3 * ((i + 2) % 3);
      double[] normal = {
        cell[j + 1] * cell[k + 2] - cell[j + 2] * cell[k + 1],
        cell[j + 2] * cell[k] - cell[j] * cell[k + 2],
        cell[j] * cell[k + 1] - cell[j + 1] * cell[k]
      };
      double volume =
          normal[0] * cell[3 * i] + normal[1] * cell[3 * i + 1] + normal[2] * cell[3 * i + 2];
      for (int c = 0; c < 3; c++) {
        reciprocal[i][c] = normal[c] / volume;
      }
    }
  }

  /** Length in Å of the difference with its fractional parts brought into [-1/2, 1/2]. */
  double distance(double[] a, int at, double[] b, int bt) {
    double[] d = {a[at] - b[bt], a[at + 1] - b[bt + 1], a[at + 2] - b[bt + 2]};
    double[] rest = d.clone();
    for (int i = 0; i < 3; i++) {
      double whole =
          Math.rint(d[0] * reciprocal[i][0] + d[1] * reciprocal[i][1] + d[2] * reciprocal[i][2]);
      for (int c = 0; c < 3; c++) {
        rest[c] -= whole * cell[3 * i + c];
      }
    }
    return Math.sqrt(rest[0] * rest[0] + rest[1] * rest[1] + rest[2] * rest[2]);
  }
}
