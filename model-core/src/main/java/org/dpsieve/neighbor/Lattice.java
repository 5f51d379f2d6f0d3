package org.dpsieve.neighbor;

/** A periodic cell that is good to work with: its inverse and the distances of its faces. */
final class Lattice {
  /** More neighbours than this per atom, on average, is no matter on earth. */
  private static final double MAX_NEIGHBORS = 50_000;

  /** Lattice vectors as rows, Å. */
  final double[] cell;

  /** Of {@link #cell}: fractional = cartesian * inverse, 1/Å. */
  final double[] inverse;

  /** Distance between opposite faces, Å, [3]. */
  final double[] height;

  /** 1 for a right-handed cell, -1 for a left-handed one. */
  private final double handedness;

  private Lattice(double[] cell, double[] inverse, double[] height, double handedness) {
    this.handedness = handedness;
    this.cell = cell;
    this.inverse = inverse;
    this.height = height;
  }

  /** Checks that {@code atoms} atoms in this cell have a number of neighbours one can list. */
  static Lattice of(double[] cell, int atoms, double cutoff) {
    requireFinite(cell, "cell");
    double[] faces = new double[9]; // rows: the cross products b x c, c x a, a x b
    for (int i = 0; i < 3; i++) {
      int j = 3 * ((i + 1) % 3);
      int k = 3 * ((i + 2) % 3);
      faces[3 * i] = cell[j + 1] * cell[k + 2] - cell[j + 2] * cell[k + 1];
      faces[3 * i + 1] = cell[j + 2] * cell[k] - cell[j] * cell[k + 2];
      faces[3 * i + 2] = cell[j] * cell[k + 1] - cell[j + 1] * cell[k];
    }
    double volume = cell[0] * faces[0] + cell[1] * faces[1] + cell[2] * faces[2];
    double expected = 4.19 * cutoff * cutoff * cutoff * atoms / Math.abs(volume);
    if (!(expected < MAX_NEIGHBORS)) { // also when it is NaN
      throw new GeometryException(
          "the cell's volume is %.3g A^3 for %d atoms, expected at least %.3g"
              .formatted(Math.abs(volume), atoms, expected * Math.abs(volume) / MAX_NEIGHBORS));
    }
    double[] inverse = new double[9];
    double[] height = new double[3];
    for (int i = 0; i < 3; i++) {
      double area = Math.hypot(Math.hypot(faces[3 * i], faces[3 * i + 1]), faces[3 * i + 2]);
      height[i] = Math.abs(volume) / area;
      for (int k = 0; k < 3; k++) {
        inverse[3 * k + i] = faces[3 * i + k] / volume;
      }
    }
    return new Lattice(cell, inverse, height, Math.signum(volume));
  }

  /**
   * Positions moved into the cell by whole lattice vectors, Å. In a left-handed cell they are
   * turned inside out as well: DeePMD-kit divides by the volume without its sign ({@code
   * source/lib/src/region.cc}), and its forces, reversed, are what its users have.
   */
  double[] wrap(double[] coord) {
    double[] wrapped = new double[coord.length];
    for (int i = 0; i < coord.length; i += 3) {
      for (int k = 0; k < 3; k++) {
        double fraction = handedness * fraction(coord, i, k) % 1.0;
        if (fraction < 0) {
          fraction += 1;
        }
        for (int c = 0; c < 3; c++) {
          wrapped[i + c] += fraction * cell[3 * k + c];
        }
      }
    }
    return wrapped;
  }

  /** Coordinate along lattice vector {@code k} of the point at {@code coord[offset..]}. */
  double fraction(double[] coord, int offset, int k) {
    return coord[offset] * inverse[k]
        + coord[offset + 1] * inverse[3 + k]
        + coord[offset + 2] * inverse[6 + k];
  }

  static void requireFinite(double[] values, String what) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new GeometryException(
            "%s number %d is %s, expected a finite number".formatted(what, i, values[i]));
      }
    }
  }
}
