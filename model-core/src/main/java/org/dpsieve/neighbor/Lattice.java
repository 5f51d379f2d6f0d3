package org.dpsieve.neighbor;

import org.dpsieve.text.Counted;

/**
 * A periodic cell that is good to work with, and atoms in it as DeePMD-kit places them ({@code
 * source/lib/src/region.cc}, {@code coord.cc: normalize_coord_cpu}): to the bit, since where {@code
 * sel} is too small the choice between equally near neighbors hangs on it.
 */
final class Lattice {
  /** So many images of the cell cost nothing: the vectors stay as they are, and so do all bits. */
  private static final double FEW_IMAGES = 1000;

  /** A skewed cell is taken in another shape where that makes images so many times fewer. */
  private static final double FEWER_IMAGES = 8;

  /** Lattice vectors as rows, Å. */
  private final double[] cell;

  /** Rows: b x c, c x a, a x b over the volume without its sign, 1/Å. */
  private final double[] reciprocal = new double[9];

  /** Distance between opposite faces, Å, [3]. */
  final double[] height = new double[3];

  /**
   * Checks that {@code atoms} atoms in this cell have a number of neighbors that one can list.
   *
   * @throws GeometryException when not
   */
  Lattice(double[] cell, int atoms, double cutoff) {
    this(cell, atoms, cutoff, true);
  }

  private Lattice(double[] given, int atoms, double cutoff, boolean reduce) {
    double volume = setFaces(given);
    double sphere = 4.19 * cutoff * cutoff * cutoff * atoms;
    if (!(sphere < Geometry.MAX_NEIGHBORS * volume)) { // also when it is NaN
      throw new GeometryException(
          "the cell's volume is %.3g A^3 for %s, expected at least %.3g"
              .formatted(volume, Counted.of(atoms, "atom"), sphere / Geometry.MAX_NEIGHBORS));
    }
    if (!(sphere * atoms < Geometry.MAX_LOOKED_AT * volume)) {
      throw new GeometryException(
          "%s in %.3g A^3 have some %.2g pairs within %s A, expected fewer than %.2g"
              .formatted(
                  Counted.of(atoms, "atom"),
                  volume,
                  sphere / volume * atoms,
                  cutoff,
                  Geometry.MAX_LOOKED_AT));
    }
    double images = images(cutoff);
    if (reduce && images > FEW_IMAGES) {
      Lattice other = new Lattice(CellReduction.of(given), atoms, cutoff, false);
      if (other.images(cutoff) * FEWER_IMAGES < images) {
        cell = other.cell;
        System.arraycopy(other.reciprocal, 0, reciprocal, 0, 9);
        System.arraycopy(other.height, 0, height, 0, 3);
        return;
      }
    }
    cell = given;
  }

  /**
   * Fills {@link #reciprocal} and {@link #height}.
   *
   * @return the volume, Å³
   */
  private double setFaces(double[] cell) {
    double[] faces = new double[9];
    for (int i = 0; i < 3; i++) {
      int j = 3 * ((i + 1) % 3);
      int k = 3 * ((i + 2) % 3);
      faces[3 * i] = cell[j + 1] * cell[k + 2] - cell[j + 2] * cell[k + 1];
      faces[3 * i + 1] = cell[j + 2] * cell[k] - cell[j] * cell[k + 2];
      faces[3 * i + 2] = cell[j] * cell[k + 1] - cell[j + 1] * cell[k];
    }
    double volume = Math.abs(cell[0] * faces[0] + cell[1] * faces[1] + cell[2] * faces[2]);
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
    return volume;
  }

  /** Its vectors as rows, Å. */
  double[] cell() {
    return cell.clone();
  }

  /** How many images of the cell, itself among them, the cutoff reaches along the vectors. */
  private double images(double cutoff) {
    double images = 1;
    for (double h : height) {
      images *= 2 * Math.ceil(cutoff / h) + 1;
    }
    return images;
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
}
