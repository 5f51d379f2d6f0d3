package org.dpsieve.kernel.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;

/**
 * A frame's atoms and every periodic image that any of them can see, in DeePMD-kit's order, which
 * decides between equally near neighbors where {@code sel} is too small ({@code
 * source/lib/src/coord.cc: normalize_coord_cpu}, {@code neighbor_list.cc: copy_coord}). Atoms
 * first, wrapped into the cell, then images by the grid cell that they lie in.
 *
 * @param atom the atom that an image is of, [nImages]; the first nAtoms are the atoms themselves
 * @param coord Å, [nImages][3]
 */
record Images(int[] atom, double[][] coord) {
  private record Image(int[] gridCell, int atom, double[] coord) {}

  static Images of(Frame frame, double rcut) {
    int atoms = frame.atomCount();
    double[][] coord = new double[atoms][];
    for (int i = 0; i < atoms; i++) {
      coord[i] = Arrays.copyOfRange(frame.coord(), 3 * i, 3 * i + 3);
    }
    int[] self = new int[atoms];
    Arrays.setAll(self, i -> i);
    if (frame.cell() == null) {
      return new Images(self, coord);
    }
    return new Lattice(frame, rcut).images(coord);
  }

  private static final class Lattice {
    private final double[] cell;
    private final double[][] reciprocal = new double[3][];
    private final int[] grid = new int[3];
    private final int[] reach = new int[3];

    Lattice(Frame frame, double rcut) {
      cell = frame.cell();
      double[] a = Arrays.copyOfRange(cell, 0, 3);
      double[] b = Arrays.copyOfRange(cell, 3, 6);
      double[] c = Arrays.copyOfRange(cell, 6, 9);
      double volume = dot(a, cross(b, c));
      if (!(Math.abs(volume) > 0)) {
        throw new InputException(
            "Frame %s: its cell has volume %s Å³, expected three independent lattice vectors"
                .formatted(frame.name(), volume));
      }
      double[][] normals = {cross(b, c), cross(c, a), cross(a, b)};
      for (int d = 0; d < 3; d++) {
        double height = Math.abs(volume) / Math.sqrt(dot(normals[d], normals[d]));
        // DeePMD-kit leaves out the sign: a left-handed cell turns the frame inside out, and forces
        // come out reversed. These are the numbers that its users have, so they are ours.
        reciprocal[d] = scaled(normals[d], 1 / Math.abs(volume));
        grid[d] = Math.max(1, (int) (height / rcut));
        reach[d] = (int) (rcut / (height / grid[d])) + 1;
      }
    }

    Images images(double[][] coord) {
      int[][] home = new int[coord.length][3];
      for (int i = 0; i < coord.length; i++) {
        coord[i] = wrap(coord[i], home[i]);
      }
      List<Image> ghosts = new ArrayList<>();
      for (int i = 0; i < coord.length; i++) {
        addGhosts(ghosts, i, coord[i], home[i]);
      }
      ghosts.sort(
          Comparator.comparing(Image::gridCell, Arrays::compare).thenComparing(Image::atom));
      int[] atom = new int[coord.length + ghosts.size()];
      double[][] all = Arrays.copyOf(coord, atom.length);
      for (int i = 0; i < atom.length; i++) {
        atom[i] = i < coord.length ? i : ghosts.get(i - coord.length).atom();
        all[i] = i < coord.length ? coord[i] : ghosts.get(i - coord.length).coord();
      }
      return new Images(atom, all);
    }

    private void addGhosts(List<Image> ghosts, int atom, double[] x, int[] home) {
      for (int i = first(home, 0); i <= last(home, 0); i++) {
        for (int j = first(home, 1); j <= last(home, 1); j++) {
          for (int k = first(home, 2); k <= last(home, 2); k++) {
            if (i != 0 || j != 0 || k != 0) {
              double[] shift = cartesian(i, j, k);
              int[] at = {home[0] + i * grid[0], home[1] + j * grid[1], home[2] + k * grid[2]};
              ghosts.add(
                  new Image(
                      at, atom, new double[] {x[0] + shift[0], x[1] + shift[1], x[2] + shift[2]}));
            }
          }
        }
      }
    }

    /** Least n with home + n grid >= -reach. */
    private int first(int[] home, int d) {
      return -Math.floorDiv(reach[d] + home[d], grid[d]);
    }

    /** Largest n with home + n grid < grid + reach. */
    private int last(int[] home, int d) {
      return Math.floorDiv(grid[d] + reach[d] - 1 - home[d], grid[d]);
    }

    private double[] wrap(double[] x, int[] home) {
      double[] s = new double[3];
      for (int d = 0; d < 3; d++) {
        s[d] = dot(reciprocal[d], x) % 1.0;
        if (s[d] < 0) {
          s[d] += 1;
        }
        home[d] = Math.min((int) (s[d] * grid[d]), grid[d] - 1);
      }
      return cartesian(s[0], s[1], s[2]);
    }

    private double[] cartesian(double a, double b, double c) {
      double[] x = new double[3];
      for (int d = 0; d < 3; d++) {
        x[d] = a * cell[d] + b * cell[3 + d] + c * cell[6 + d];
      }
      return x;
    }
  }

  private static double[] cross(double[] a, double[] b) {
    return new double[] {
      a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
    };
  }

  private static double dot(double[] a, double[] b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  }

  private static double[] scaled(double[] a, double factor) {
    return new double[] {a[0] * factor, a[1] * factor, a[2] * factor};
  }
}
