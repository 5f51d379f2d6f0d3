package org.dpsieve.label;

/**
 * Lengths, heights and tilts of a cell, whatever its orientation.
 *
 * @param lengths |a|, |b|, |c| in Å, [3]
 * @param heights distance of opposite faces, V/|b×c|, V/|c×a|, V/|a×b| in Å, [3]
 * @param lower the same cell turned so that a is along x and b in the xy plane: a_x, b_x, b_y, c_x,
 *     c_y, c_z in Å, [6]; signs as for positive a_x, b_y, c_z
 */
record CellShape(double[] lengths, double[] heights, double[] lower) {

  /** Of lattice vectors as rows, Å, row-major [3, 3]. */
  static CellShape of(double[] cell) {
    double[][] rows = new double[3][3];
    for (int i = 0; i < 9; i++) {
      rows[i / 3][i % 3] = cell[i];
    }
    double[] lengths = new double[3];
    double[] heights = new double[3];
    for (int i = 0; i < 3; i++) {
      double[] normal = cross(rows[(i + 1) % 3], rows[(i + 2) % 3]);
      lengths[i] = norm(rows[i]);
      heights[i] = Math.abs(dot(rows[i], normal)) / norm(normal);
    }
    double ax = lengths[0];
    double bx = dot(rows[1], rows[0]) / ax;
    double by = norm(cross(rows[0], rows[1])) / ax;
    double cx = dot(rows[2], rows[0]) / ax;
    double cy = (dot(rows[1], rows[2]) - bx * cx) / by;
    double cz = heights[2];
    return new CellShape(lengths, heights, new double[] {ax, bx, by, cx, cy, cz});
  }

  static double[] cross(double[] u, double[] v) {
    return new double[] {
      u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]
    };
  }

  static double dot(double[] u, double[] v) {
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  }

  static double norm(double[] v) {
    return Math.sqrt(dot(v, v));
  }
}
