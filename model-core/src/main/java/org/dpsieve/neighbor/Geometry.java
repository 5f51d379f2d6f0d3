package org.dpsieve.neighbor;

import java.util.Optional;

/**
 * What atoms and a cell must be for anything to be calculated of them: the one place that says so.
 * Numbers are finite and not beyond {@link #MAX_LENGTH}, a cell has a volume, no two atoms or
 * images are at one place, and the neighbours within a cutoff can be listed: not above {@link
 * #MAX_NEIGHBORS} of any atom, found among not above {@link #MAX_LOOKED_AT} in a frame. Whatever
 * keeps to that is evaluated, in bounded time and memory; anything else is a {@link
 * GeometryException}, at once or as soon as it is found, and costs its own frame alone.
 */
public final class Geometry {
  /**
   * Å, of a coordinate or a component of a lattice vector: a tenth of a millimetre. Beyond it
   * double precision has fewer digits of a bond than single precision has of an ordinary frame.
   */
  static final double MAX_LENGTH = 1e6;

  /**
   * More neighbours than this is no matter on earth: copper has 600 within 12 Å. Mean of a frame by
   * its volume, and of every single atom.
   */
  static final int MAX_NEIGHBORS = 50_000;

  /** Atoms and images that may be looked at around all atoms of a frame: some ten seconds' work. */
  static final double MAX_LOOKED_AT = 4e9;

  /** Å; nearer than this no calculation of electrons begins. A model may still be asked. */
  private static final double NEAREST = 1e-3;

  /** Volume over the product of the edges, of the least skewed cell, below which it is flat. */
  private static final double FLAT = 1e-8;

  private Geometry() {}

  /**
   * Why nothing can be calculated of a frame, if so. Stricter than evaluation, which takes what has
   * finite numbers: for frames about to be kept.
   *
   * @param coord Å, row-major [nAtoms, 3]
   * @param cell Å, row-major [3, 3], or {@code null}
   */
  public static Optional<String> problem(double[] coord, double[] cell) {
    try {
      requireFinite(coord, "coord");
      if (cell != null) {
        requireFinite(cell, "cell");
        if (isFlat(CellReduction.of(cell))) {
          return Optional.of(
              "the cell has no volume (not periodic? then an empty file 'nopbc' beside type.raw says"
                  + " so)");
        }
      }
      return tooNear(coord, cell);
    } catch (GeometryException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Optional<String> tooNear(double[] coord, double[] cell) {
    int atoms = coord.length / 3;
    Neighbors near = new CellList().find(coord, cell, new int[atoms], NEAREST, new int[] {1});
    for (int i = 0; near.pairCount() > 0 && i < atoms; i++) {
      if (near.start()[i] < near.start()[i + 1]) {
        int pair = near.start()[i];
        return Optional.of(
            "atoms %d and %d are %.2g A apart, expected at least %s"
                .formatted(i, near.atom()[pair], near.distance()[pair], NEAREST));
      }
    }
    return Optional.empty();
  }

  /**
   * The basis of a lattice that neighbours are looked for in: as given, or a less skewed one where
   * that makes images within the cutoff much fewer. Energies, forces and virials are the same.
   *
   * @param cell lattice vectors as rows, Å, row-major [3, 3], or {@code null}
   * @param cutoff Å
   */
  public static double[] workableCell(double[] cell, double cutoff) {
    if (cell == null) {
      return null;
    }
    try {
      requireFinite(cell, "cell");
      return new Lattice(cell, 0, cutoff).cell();
    } catch (GeometryException e) {
      return cell; // whoever evaluates it says so
    }
  }

  private static boolean isFlat(double[] cell) {
    double edges = 1;
    for (int k = 0; k < 9; k += 3) {
      edges *= Math.sqrt(cell[k] * cell[k] + cell[k + 1] * cell[k + 1] + cell[k + 2] * cell[k + 2]);
    }
    double volume =
        cell[0] * (cell[4] * cell[8] - cell[5] * cell[7])
            - cell[1] * (cell[3] * cell[8] - cell[5] * cell[6])
            + cell[2] * (cell[3] * cell[7] - cell[4] * cell[6]);
    return !(Math.abs(volume) > FLAT * edges);
  }

  static void requireFinite(double[] values, String what) {
    for (int i = 0; i < values.length; i++) {
      if (!(Math.abs(values[i]) <= MAX_LENGTH)) {
        throw new GeometryException(
            "%s number %d is %s, expected a finite number%s"
                .formatted(
                    what,
                    i,
                    values[i],
                    Double.isFinite(values[i]) ? " between -1e6 and 1e6 A" : ""));
      }
    }
  }
}
