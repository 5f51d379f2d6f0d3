package org.dpsieve.d3;

import java.util.Arrays;

/**
 * The three-body term of Axilrod, Teller and Muto with zero damping (doi:10.1063/1.3382344), in
 * atomic units, as s-dftd3 sums it: all triples of which each side is within the cutoff, lattice
 * images included. Takes time with the square of the neighbors within the cutoff.
 */
final class ThreeBody {
  private static final double RADIUS_SCALE = 4.0 / 3;

  /** Of the damping, in powers of a third. */
  private static final double ALPHA = 16;

  private final int atoms;
  private final double[] coord;
  private final double[] cell;
  private final double cutoff;
  private final double[][] c6;
  private final double[][] slope;
  private final double[][] radius;

  double energy;

  /** [3 nAtoms]. */
  final double[] gradient;

  /** dE/dstrain, row-major [3, 3]. */
  final double[] strain = new double[9];

  /** dE/dCN of each atom. */
  final double[] byCoordination;

  /**
   * @param cell lattice vectors as rows; {@code null} where there are none
   * @param c6 of each pair of atoms
   * @param slope of them with the coordination number of the first atom
   * @param radius van der Waals radius of each pair of atoms
   */
  ThreeBody(
      double[] coord,
      double[] cell,
      double cutoff,
      double[][] c6,
      double[][] slope,
      double[][] radius) {
    this.atoms = coord.length / 3;
    this.coord = coord;
    this.cell = cell;
    this.cutoff = cutoff;
    this.c6 = c6;
    this.slope = slope;
    this.radius = radius;
    gradient = new double[3 * atoms];
    byCoordination = new double[atoms];
    for (int i = 0; i < atoms; i++) {
      around(i);
    }
  }

  /**
   * Triples that an atom of the cell is in, with atoms not before it; those that are found from
   * several of their atoms count so much less.
   */
  private void around(int i) {
    int[] which = new int[64];
    double[] place = new double[3 * which.length];
    int count = 0;
    int[] most = images();
    for (int j = i; j < atoms; j++) {
      for (int a = -most[0]; a <= most[0]; a++) {
        for (int b = -most[1]; b <= most[1]; b++) {
          for (int c = -most[2]; c <= most[2]; c++) {
            double[] d = new double[3];
            for (int k = 0; k < 3; k++) {
              d[k] = coord[3 * j + k] - coord[3 * i + k];
              if (cell != null) {
                d[k] += a * cell[k] + b * cell[3 + k] + c * cell[6 + k];
              }
            }
            boolean self = i == j && a == 0 && b == 0 && c == 0;
            if (self || square(d, 0) > cutoff * cutoff) {
              continue;
            }
            if (count == which.length) {
              which = Arrays.copyOf(which, 2 * count);
              place = Arrays.copyOf(place, 6 * count);
            }
            which[count] = j;
            System.arraycopy(d, 0, place, 3 * count++, 3);
          }
        }
      }
    }
    for (int p = 0; p < count; p++) {
      for (int q = 0; q < p; q++) {
        add(i, which[p], which[q], place, 3 * p, 3 * q);
      }
    }
  }

  private static double square(double[] d, int at) {
    return d[at] * d[at] + d[at + 1] * d[at + 1] + d[at + 2] * d[at + 2];
  }

  /** How many images of the cell reach within the cutoff, along each vector. */
  private int[] images() {
    int[] most = new int[3];
    for (int k = 0; cell != null && k < 3; k++) {
      int a = 3 * ((k + 1) % 3);
      int b = 3 * ((k + 2) % 3);
      double[] normal = {
        cell[a + 1] * cell[b + 2] - cell[a + 2] * cell[b + 1],
        cell[a + 2] * cell[b] - cell[a] * cell[b + 2],
        cell[a] * cell[b + 1] - cell[a + 1] * cell[b]
      };
      double length = Math.sqrt(square(normal, 0));
      double height = 0;
      double widest = 0;
      for (int m = 0; m < 3; m++) {
        height += normal[m] * cell[3 * k + m] / length;
      }
      double least = Double.POSITIVE_INFINITY;
      double largest = Double.NEGATIVE_INFINITY;
      for (int atom = 0; atom < atoms; atom++) {
        double along = 0;
        for (int m = 0; m < 3; m++) {
          along += normal[m] * coord[3 * atom + m] / length;
        }
        least = Math.min(least, along);
        largest = Math.max(largest, along);
      }
      widest = largest - least; // atoms need not be in the cell
      most[k] = (int) Math.ceil((cutoff + widest) / Math.abs(height));
    }
    return most;
  }

  private void add(int i, int j, int k, double[] place, int ij, int ik) {
    double x = place[ij] - place[ik];
    double y = place[ij + 1] - place[ik + 1];
    double z = place[ij + 2] - place[ik + 2];
    double w = x * x + y * y + z * z;
    if (w > cutoff * cutoff) {
      return;
    }
    double u = square(place, ij);
    double v = square(place, ik);
    int same = 1 + (j == i ? 1 : 0) + (k == i ? 1 : 0);
    double product = u * v * w;
    double root = Math.sqrt(product);
    double third = root * product; // of distances, to the third power
    double fifth = third * product;
    double a = u + v - w;
    double b = u - v + w;
    double c = -u + v + w;
    double angle = 0.375 * a * b * c / fifth + 1 / third;
    double scale = RADIUS_SCALE * RADIUS_SCALE * RADIUS_SCALE;
    double ratio = scale * radius[i][j] * radius[i][k] * radius[j][k] / root;
    double power = ratio * ratio * ratio * ratio * ratio * Math.cbrt(ratio); // ALPHA / 3
    double damping = 1 / (1 + 6 * power);
    double strength = Math.sqrt(c6[i][j] * c6[i][k] * c6[j][k]) / same;
    double term = strength * angle * damping;
    energy += term;
    byCoordination[i] += term * 0.5 * (slope[i][j] / c6[i][j] + slope[i][k] / c6[i][k]);
    byCoordination[j] += term * 0.5 * (slope[j][i] / c6[i][j] + slope[j][k] / c6[j][k]);
    byCoordination[k] += term * 0.5 * (slope[k][i] / c6[i][k] + slope[k][j] / c6[j][k]);
    // with the squares of the three distances
    double byDamping = damping * damping * power * ALPHA * angle;
    double common = -0.9375 * a * b * c / fifth - 1.5 / third;
    double byU = 0.375 * (b * c + a * c - a * b) / fifth + common / u;
    double byV = 0.375 * (b * c - a * c + a * b) / fifth + common / v;
    double byW = 0.375 * (-b * c + a * c + a * b) / fifth + common / w;
    pull(
        i,
        j,
        2 * strength * (byU * damping + byDamping / u),
        place[ij],
        place[ij + 1],
        place[ij + 2]);
    pull(
        i,
        k,
        2 * strength * (byV * damping + byDamping / v),
        place[ik],
        place[ik + 1],
        place[ik + 2]);
    pull(k, j, 2 * strength * (byW * damping + byDamping / w), x, y, z);
  }

  /** A pair whose vector leads from the first atom to the other. */
  private void pull(int from, int to, double slopeBySquare, double x, double y, double z) {
    double[] d = {x, y, z};
    for (int m = 0; m < 3; m++) {
      gradient[3 * to + m] += slopeBySquare * d[m];
      gradient[3 * from + m] -= slopeBySquare * d[m];
      for (int n = 0; n < 3; n++) {
        strain[3 * m + n] += slopeBySquare * d[m] * d[n];
      }
    }
  }
}
