package org.dpsieve.label;

/** Distances in a periodic cell, for points that nearly coincide. */
public final class PeriodicDistance {
  private final double[] cell;
  private final double[] inverse;

  /**
   * @param cell lattice vectors as rows, Å, row-major [3, 3]
   */
  public PeriodicDistance(double[] cell) {
    this.cell = cell;
    this.inverse = inverse(cell);
  }

  /** Row-major [3, 3]; fractional = Cartesian (as a row) times this. */
  static double[] inverse(double[] cell) {
    double[][] rows = new double[3][3];
    for (int i = 0; i < 9; i++) {
      rows[i / 3][i % 3] = cell[i];
    }
    double[] inverse = new double[9];
    for (int i = 0; i < 3; i++) {
      double[] normal = CellShape.cross(rows[(i + 1) % 3], rows[(i + 2) % 3]);
      double volume = CellShape.dot(rows[i], normal);
      for (int k = 0; k < 3; k++) {
        inverse[3 * k + i] = normal[k] / volume;
      }
    }
    return inverse;
  }

  /**
   * Length in Å of the difference of two points, its fractional parts brought into [-1/2, 1/2].
   *
   * @param lattice {@code null} when not periodic
   */
  public static double distance(PeriodicDistance lattice, double[] a, int at, double[] b, int bt) {
    double[] d = {a[at] - b[bt], a[at + 1] - b[bt + 1], a[at + 2] - b[bt + 2]};
    return CellShape.norm(lattice == null ? d : lattice.reduced(d));
  }

  /** A difference vector in Å without its whole lattice vectors, [3]. */
  double[] reduced(double[] d) {
    double[] rest = d.clone();
    for (int i = 0; i < 3; i++) {
      double whole = Math.rint(d[0] * inverse[i] + d[1] * inverse[3 + i] + d[2] * inverse[6 + i]);
      for (int c = 0; c < 3; c++) {
        rest[c] -= whole * cell[3 * i + c];
      }
    }
    return rest;
  }
}
