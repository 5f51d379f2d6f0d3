package org.dpsieve.label;

import java.util.OptionalDouble;
import org.dpsieve.frame.Frame;

/** Whether two atoms are closer than they may be, periodic images and an atom's own included. */
final class ClosePair {
  private ClosePair() {}

  /**
   * The least distance in Å if it is below {@code limit}; empty if none is. Each pair is looked for
   * in all images that can be nearer than the limit: with fractional difference f in [-1/2, 1/2]
   * and image n, |f + n| times the cell's height is a lower bound of the distance.
   */
  static OptionalDouble below(double limit, Frame frame) {
    double[] cell = frame.cell();
    int[] images = new int[3];
    PeriodicDistance lattice = cell == null ? null : new PeriodicDistance(cell);
    if (cell != null) {
      double[] heights = CellShape.of(cell).heights();
      for (int i = 0; i < 3; i++) {
        images[i] = (int) Math.min(1000, Math.floor(limit / heights[i] + 0.5));
      }
    }
    double least = limit * limit;
    double[] coord = frame.coord();
    for (int i = 0; i < frame.atomCount(); i++) {
      for (int j = i; j < frame.atomCount(); j++) {
        double[] d = new double[3];
        for (int k = 0; k < 3; k++) {
          d[k] = coord[3 * j + k] - coord[3 * i + k];
        }
        if (cell != null) {
          d = lattice.reduced(d);
        }
        least = Math.min(least, nearest(d, cell, images, i == j));
      }
    }
    return least < limit * limit ? OptionalDouble.of(Math.sqrt(least)) : OptionalDouble.empty();
  }

  /** Squared distance of the nearest image, Å². */
  private static double nearest(double[] d, double[] cell, int[] images, boolean self) {
    double least = Double.POSITIVE_INFINITY;
    for (int p = -images[0]; p <= images[0]; p++) {
      for (int q = -images[1]; q <= images[1]; q++) {
        for (int r = -images[2]; r <= images[2]; r++) {
          if (self && p == 0 && q == 0 && r == 0) {
            continue;
          }
          double squared = 0;
          for (int k = 0; k < 3; k++) {
            double shift = cell == null ? 0 : p * cell[k] + q * cell[3 + k] + r * cell[6 + k];
            squared += (d[k] + shift) * (d[k] + shift);
          }
          least = Math.min(least, squared);
        }
      }
    }
    return least;
  }
}
