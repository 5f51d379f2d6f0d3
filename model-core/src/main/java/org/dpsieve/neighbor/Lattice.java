package org.dpsieve.neighbor;

/**
 * A periodic cell that is good to work with, and atoms in it as DeePMD-kit places them ({@code
 * source/lib/src/region.cc}, {@code coord.cc: normalize_coord_cpu}): to the bit, since where {@code
 * sel} is too small the choice between equally near neighbours hangs on it.
 */
final class Lattice {
  /** More neighbours than this per atom, on average, is no matter on earth. */
  private static final double MAX_NEIGHBORS = 50_000;

  /** Lattice vectors as rows, Å. */
  private final double[] cell;

  /** Rows: b x c, c x a, a x b over the volume without its sign, 1/Å. */
  private final double[] reciprocal = new double[9];

  /** Distance between opposite faces, Å, [3]. */
  final double[] height = new double[3];

  /**
   * Checks that {@code atoms} atoms in this cell have a number of neighbours that one can list.
   *
   * @throws GeometryException when not
   */
  Lattice(double[] cell, int atoms, double cutoff) {
    requireFinite(cell, "cell");
    this.cell = cell;
    double[] faces = new double[9];
    for (int i = 0; i < 3; i++) {
      int j = 3 * ((i + 1) % 3);
      int k = 3 * ((i + 2) % 3);
      faces[3 * i] = cell[j + 1] * cell[k + 2] - cell[j + 2] * cell[k + 1];
      faces[3 * i + 1] = cell[j + 2] * cell[k] - cell[j] * cell[k + 2];
      faces[3 * i + 2] = cell[j] * cell[k + 1] - cell[j + 1] * cell[k];
    }
    double volume = Math.abs(cell[0] * faces[0] + cell[1] * faces[1] + cell[2] * faces[2]);
    double sphere = 4.19 * cutoff * cutoff * cutoff * atoms;
    if (!(sphere < MAX_NEIGHBORS * volume)) { // also when it is NaN
      throw new GeometryException(
          "the cell's volume is %.3g A^3 for %d atoms, expected at least %.3g"
              .formatted(volume, atoms, sphere / MAX_NEIGHBORS));
    }
    for (int k = 0; k < 3; k++) {
      double square = 0;
      for (int c = 0; c < 3; c++) {
        square += faces[3 * k + c] * faces[3 * k + c];
        // DeePMD-kit leaves out the volume's sign: a left-handed cell turns the frame inside out,
        // and forces come out reversed. These are the numbers that its users have.
        reciprocal[3 * k + c] = faces[3 * k + c] * (1 / volume);
      }
      height[k] = volume / Math.sqrt(square);
    }
  }

  /** Place of every atom along the three lattice vectors, from 0 to 1, row-major [nAtoms, 3]. */
  double[] fractions(double[] coord) {
    double[] fractions = new double[coord.length];
    for (int i = 0; i < coord.length; i += 3) {
      for (int k = 0; k < 3; k++) {
        double s =
            (reciprocal[3 * k] * coord[i]
                    + reciprocal[3 * k + 1] * coord[i + 1]
                    + reciprocal[3 * k + 2] * coord[i + 2])
                % 1.0;
        fractions[i + k] = s < 0 ? s + 1 : s;
      }
    }
    return fractions;
  }

  /** Points given along the lattice vectors, Å, row-major [n, 3]. */
  double[] cartesian(double[] fractions) {
    double[] points = new double[fractions.length];
    for (int i = 0; i < points.length; i += 3) {
      for (int c = 0; c < 3; c++) {
        points[i + c] =
            fractions[i] * cell[c]
                + fractions[i + 1] * cell[3 + c]
                + fractions[i + 2] * cell[6 + c];
      }
    }
    return points;
  }

  /**
   * @throws GeometryException as the constructor does
   */
  static void requireUsable(double[] cell, int atoms, double cutoff) {
    new Lattice(cell, atoms, cutoff);
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
