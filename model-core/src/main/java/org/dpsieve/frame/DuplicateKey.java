package org.dpsieve.frame;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.dpsieve.digest.Sha256;

/**
 * The same for frames that are one and the same configuration: atoms in another order, or single
 * atoms moved by lattice vectors. {@link FrameId} tells such frames apart, as it names what is
 * stored, bit by bit.
 *
 * <p>Cell, frame and atomic parameters count bit by bit (-0.0 is 0.0). Positions count as points of
 * a grid: fractions of the lattice vectors, wrapped into the cell, rounded to the nearest of G
 * points along each vector; point G is point 0, so that 0.0, -1e-17 and 1 - 1e-17 are one place. G
 * is the power of two that makes the spacing of the points at most {@link #SPACING} (without a
 * cell: points 2^-20 Å apart). What moving an atom by a lattice vector costs in rounding, some
 * 1e-15 of a fraction, changes a point only where a fraction lies that close to half-way between
 * two points: one in 10^8 positions. A fraction p/q with q below 2^20 is never half-way, as q would
 * have to hold more factors of two than G: symmetric structures are safe. Frames that differ by
 * less than the spacing may have one key; those in which any position differs by more than three
 * times the spacing never do.
 *
 * <p>The first 16 bytes of SHA-256 over all that, atoms sorted by element, place and parameters.
 */
public final class DuplicateKey {
  /** Of the grid, Å, at most: no label tells such frames apart. */
  static final double SPACING = 1e-6;

  private static final double POINTS_PER_ANGSTROM = 1 << 20;
  private static final int MOST_BITS = 40;
  private static final int BYTES = 16;

  private DuplicateKey() {}

  public static byte[] of(Frame frame) {
    long[][] atoms = atoms(frame);
    Arrays.sort(atoms, Arrays::compare);
    int numbers = 3 + 9 + frame.fparamCount() + atoms.length * atoms[0].length;
    ByteBuffer bytes = ByteBuffer.allocate(8 * numbers);
    bytes.putLong(atoms.length).putLong(frame.cell() == null ? 0 : 1);
    put(bytes, frame.cell());
    bytes.putLong(frame.fparamCount());
    put(bytes, frame.fparam());
    for (long[] atom : atoms) {
      for (long number : atom) {
        bytes.putLong(number);
      }
    }
    MessageDigest sha256 = Sha256.start();
    sha256.update(bytes.flip());
    return Arrays.copyOf(sha256.digest(), BYTES);
  }

  /** Of each atom: element, place on the grid, parameters. */
  private static long[][] atoms(Frame frame) {
    double[] coord = frame.coord();
    double[] reciprocal = frame.cell() == null ? null : reciprocal(frame.cell());
    double[] points = frame.cell() == null ? null : points(frame.cell());
    int parameters = frame.aparamCount();
    long[][] atoms = new long[frame.atomCount()][4 + parameters];
    for (int atom = 0; atom < atoms.length; atom++) {
      atoms[atom][0] = frame.z()[atom];
      for (int k = 0; k < 3; k++) {
        atoms[atom][1 + k] =
            reciprocal == null
                ? (long) Math.rint(coord[3 * atom + k] * POINTS_PER_ANGSTROM)
                : place(coord, 3 * atom, reciprocal, 3 * k, points[k]);
      }
      for (int p = 0; p < parameters; p++) {
        atoms[atom][4 + p] = bits(frame.aparam()[atom * parameters + p]);
      }
    }
    return atoms;
  }

  private static long place(double[] coord, int at, double[] reciprocal, int row, double points) {
    double fraction =
        coord[at] * reciprocal[row]
            + coord[at + 1] * reciprocal[row + 1]
            + coord[at + 2] * reciprocal[row + 2];
    double point = Math.rint((fraction - Math.floor(fraction)) * points);
    return point == points ? 0 : (long) point;
  }

  /** Rows: b x c, c x a, a x b over the volume, 1/Å. */
  private static double[] reciprocal(double[] cell) {
    double[] faces = new double[9];
    for (int i = 0; i < 3; i++) {
      int j = 3 * ((i + 1) % 3);
      int k = 3 * ((i + 2) % 3);
      faces[3 * i] = cell[j + 1] * cell[k + 2] - cell[j + 2] * cell[k + 1];
      faces[3 * i + 1] = cell[j + 2] * cell[k] - cell[j] * cell[k + 2];
      faces[3 * i + 2] = cell[j] * cell[k + 1] - cell[j + 1] * cell[k];
    }
    double volume = cell[0] * faces[0] + cell[1] * faces[1] + cell[2] * faces[2];
    for (int i = 0; i < 9; i++) {
      faces[i] /= volume;
    }
    return faces;
  }

  /** Of the grid along each lattice vector: a power of two. */
  private static double[] points(double[] cell) {
    double[] points = new double[3];
    for (int k = 0; k < 3; k++) {
      double length = Math.hypot(Math.hypot(cell[3 * k], cell[3 * k + 1]), cell[3 * k + 2]);
      int bits = Math.getExponent(length / SPACING) + 1;
      points[k] = Math.scalb(1.0, Math.max(0, Math.min(MOST_BITS, bits)));
    }
    return points;
  }

  private static void put(ByteBuffer bytes, double[] values) {
    if (values != null) {
      for (double value : values) {
        bytes.putLong(bits(value));
      }
    }
  }

  private static long bits(double value) {
    return Double.doubleToLongBits(value == 0 ? 0.0 : value);
  }
}
