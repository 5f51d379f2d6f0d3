package org.dpsieve.neighbor;

import java.util.Arrays;

/**
 * Neighbours by linked bins: time linear in the number of atoms. A periodic cell is cut into bins
 * along its lattice vectors; bins beyond its faces are the images of those within, as many layers
 * as the cutoff reaches, so that a cell smaller than the cutoff needs no case of its own. Without a
 * cell, the bins are those of the box around the atoms.
 */
public final class CellList implements NeighborSearch {
  @Override
  public Neighbors find(double[] coord, double[] cell, int[] type, double cutoff, int[] sel) {
    Lattice.requireFinite(coord, "coord");
    Candidates candidates = new Candidates(type, cutoff, sel);
    if (type.length > 0) {
      new Bins(coord, cell, type.length, cutoff).offerAll(candidates);
    }
    return candidates.neighbors();
  }

  private static final class Bins {
    private final boolean periodic;
    private final double[] cell;
    private final double[] x;
    private final int atoms;

    /** Bins along each axis, and how many of them the cutoff reaches. */
    private final int[] count = new int[3];

    private final int[] reach = new int[3];
    private final int[] binOf;

    /** Atoms bin by bin: those of bin b from {@code first[b]} to {@code first[b + 1]}. */
    private final int[] first;

    private final int[] sorted;

    Bins(double[] coord, double[] cell, int atoms, double cutoff) {
      this.periodic = cell != null;
      this.atoms = atoms;
      Lattice lattice;
      double[] fractional;
      if (periodic) {
        lattice = Lattice.of(cell, atoms, cutoff);
        this.cell = cell;
        x = lattice.wrap(coord);
        fractional = x;
      } else {
        x = coord;
        double[] low = new double[3];
        lattice = boxAround(coord, atoms, cutoff, low);
        this.cell = lattice.cell;
        fractional = coord.clone();
        for (int i = 0; i < fractional.length; i++) {
          fractional[i] -= low[i % 3];
        }
      }
      chooseBins(lattice, cutoff);
      binOf = new int[atoms];
      first = new int[count[0] * count[1] * count[2] + 1];
      for (int i = 0; i < atoms; i++) {
        int bin = 0;
        for (int k = 0; k < 3; k++) {
          int along = (int) (lattice.fraction(fractional, 3 * i, k) * count[k]);
          bin = bin * count[k] + Math.min(Math.max(along, 0), count[k] - 1);
        }
        binOf[i] = bin;
        first[bin + 1]++;
      }
      for (int b = 1; b < first.length; b++) {
        first[b] += first[b - 1];
      }
      int[] next = Arrays.copyOf(first, first.length);
      sorted = new int[atoms];
      for (int i = 0; i < atoms; i++) {
        sorted[next[binOf[i]]++] = i;
      }
    }

    /** A lattice that holds all atoms, none of them near its faces' far side. */
    private static Lattice boxAround(double[] coord, int atoms, double cutoff, double[] low) {
      double[] box = new double[9];
      for (int k = 0; k < 3; k++) {
        double high = coord[k];
        low[k] = coord[k];
        for (int i = 1; i < atoms; i++) {
          low[k] = Math.min(low[k], coord[3 * i + k]);
          high = Math.max(high, coord[3 * i + k]);
        }
        box[4 * k] = Math.max(high - low[k], cutoff);
      }
      return Lattice.of(box, 1, cutoff);
    }

    /** Bins of about half the cutoff, but not many more of them than atoms. */
    private void chooseBins(Lattice lattice, double cutoff) {
      double limit = 4.0 * atoms + 64;
      for (int k = 0; k < 3; k++) {
        count[k] = (int) Math.max(1, Math.min(limit, Math.floor(2 * lattice.height[k] / cutoff)));
      }
      while ((double) count[0] * count[1] * count[2] > limit) {
        int largest = count[0] >= count[1] ? 0 : 1;
        largest = count[2] > count[largest] ? 2 : largest;
        count[largest] = (count[largest] + 1) / 2;
      }
      for (int k = 0; k < 3; k++) {
        // rounding may put an atom into the next bin: a hair more than the cutoff is searched
        reach[k] = (int) Math.ceil(cutoff * (1 + 1e-9) / (lattice.height[k] / count[k]));
      }
    }

    void offerAll(Candidates candidates) {
      for (int i = 0; i < atoms; i++) {
        int bin = binOf[i];
        int c = bin % count[2];
        int b = bin / count[2] % count[1];
        int a = bin / count[2] / count[1];
        offerAround(i, a, b, c, candidates);
        candidates.finish(i);
      }
    }

    private void offerAround(int i, int a, int b, int c, Candidates candidates) {
      for (int p = a - reach[0]; p <= a + reach[0]; p++) {
        int imageA = Math.floorDiv(p, count[0]);
        for (int q = b - reach[1]; q <= b + reach[1]; q++) {
          int imageB = Math.floorDiv(q, count[1]);
          for (int r = c - reach[2]; r <= c + reach[2]; r++) {
            int imageC = Math.floorDiv(r, count[2]);
            boolean home = imageA == 0 && imageB == 0 && imageC == 0;
            if (periodic || home) {
              int bin =
                  ((p - imageA * count[0]) * count[1] + q - imageB * count[1]) * count[2]
                      + (r - imageC * count[2]);
              offerBin(i, bin, imageA, imageB, imageC, home, candidates);
            }
          }
        }
      }
    }

    private void offerBin(int i, int bin, int a, int b, int c, boolean home, Candidates found) {
      if (first[bin] == first[bin + 1]) {
        return;
      }
      double sx = 0;
      double sy = 0;
      double sz = 0;
      if (!home) {
        sx = a * cell[0] + b * cell[3] + c * cell[6];
        sy = a * cell[1] + b * cell[4] + c * cell[7];
        sz = a * cell[2] + b * cell[5] + c * cell[8];
      }
      for (int n = first[bin]; n < first[bin + 1]; n++) {
        int j = sorted[n];
        if (j != i || !home) {
          found.offer(
              j,
              x[3 * j] + sx - x[3 * i],
              x[3 * j + 1] + sy - x[3 * i + 1],
              x[3 * j + 2] + sz - x[3 * i + 2]);
        }
      }
    }
  }
}
