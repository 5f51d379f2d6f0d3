package org.dpsieve.neighbor;

import java.util.Arrays;

/**
 * Neighbors by linked bins: time linear in the number of atoms. A periodic cell is cut into bins
 * along its lattice vectors; bins beyond its faces are the images of those within, as many layers
 * as the cutoff reaches, so that a cell smaller than the cutoff needs no case of its own. Without a
 * cell, the bins are those of the box around the atoms.
 */
public final class CellList implements NeighborSearch {
  @Override
  public Neighbors find(double[] coord, double[] cell, int[] type, double cutoff, int[] sel) {
    Candidates candidates = new Candidates(type, cutoff, sel);
    collect(coord, cell, cutoff, candidates);
    return candidates.neighbors();
  }

  static void collect(double[] coord, double[] cell, double cutoff, Candidates candidates) {
    Geometry.requireFinite(coord, "coord");
    if (coord.length > 0) {
      new Bins(coord, cell, coord.length / 3, cutoff).offerAll(candidates);
    }
  }

  private static final class Bins {
    private final double[] x;
    private final int atoms;
    private final Lattice lattice;

    /** {@code null} without a cell: there are no images then. */
    private final ImageOrder order;

    /** Bins along each axis, and how many of them the cutoff reaches. */
    private final int[] count = new int[3];

    private final int[] reach = new int[3];
    private final int[] binOf;

    /** Atoms bin by bin: those of bin b from {@code first[b]} to {@code first[b + 1]}. */
    private final int[] first;

    private final int[] sorted;

    Bins(double[] coord, double[] cell, int atoms, double cutoff) {
      this.atoms = atoms;
      double[] fractions;
      if (cell != null) {
        Geometry.requireFinite(cell, "cell");
        lattice = new Lattice(cell, atoms, cutoff);
        fractions = lattice.fractions(coord);
        x = lattice.cartesian(fractions);
        order = new ImageOrder(lattice, cutoff, fractions);
      } else {
        fractions = new double[coord.length];
        lattice = boxAround(coord, cutoff, fractions);
        x = coord;
        order = null;
      }
      chooseBins(cutoff);
      binOf = new int[atoms];
      first = new int[count[0] * count[1] * count[2] + 1];
      for (int i = 0; i < atoms; i++) {
        int bin = 0;
        for (int k = 0; k < 3; k++) {
          int along = (int) (fractions[3 * i + k] * count[k]);
          bin = bin * count[k] + Math.min(along, count[k] - 1);
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

    /** The box that holds all atoms, at least as wide as the cutoff. */
    private static Lattice boxAround(double[] coord, double cutoff, double[] fractions) {
      double[] box = new double[9];
      for (int k = 0; k < 3; k++) {
        double low = coord[k];
        double high = coord[k];
        for (int i = k; i < coord.length; i += 3) {
          low = Math.min(low, coord[i]);
          high = Math.max(high, coord[i]);
        }
        double width = Math.max(high - low, cutoff);
        box[4 * k] = width;
        for (int i = k; i < coord.length; i += 3) {
          fractions[i] = (coord[i] - low) / width;
        }
      }
      return new Lattice(box, 1, cutoff);
    }

    /** Bins of about half the cutoff, but not many more of them than atoms. */
    private void chooseBins(double cutoff) {
      double limit = 4.0 * atoms + 64;
      for (int k = 0; k < 3; k++) {
        count[k] = (int) Math.max(1, Math.min(limit, Math.floor(2 * lattice.height[k] / cutoff)));
      }
      while ((double) count[0] * count[1] * count[2] > limit) {
        int largest = count[0] >= count[1] ? 0 : 1;
        largest = count[2] > count[largest] ? 2 : largest;
        count[largest] = (count[largest] + 1) / 2;
      }
      double around = atoms;
      for (int k = 0; k < 3; k++) {
        // rounding may put an atom into the next bin: a hair more than the cutoff is searched
        double bins = Math.ceil(cutoff * (1 + 1e-9) / (lattice.height[k] / count[k]));
        reach[k] = (int) bins;
        around *= 2 * bins + 1;
      }
      if (!(around < Geometry.MAX_LOOKED_AT)) {
        throw new GeometryException(
            "the cell is so flat that %.2g images of it lie within %s A"
                .formatted(around / atoms, cutoff));
      }
    }

    void offerAll(Candidates candidates) {
      for (int i = 0; i < atoms; i++) {
        int bin = binOf[i];
        candidates.begin(x[3 * i], x[3 * i + 1], x[3 * i + 2]);
        offerAround(
            i, bin / count[2] / count[1], bin / count[2] % count[1], bin % count[2], candidates);
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
            int bin =
                ((p - imageA * count[0]) * count[1] + q - imageB * count[1]) * count[2]
                    + (r - imageC * count[2]);
            if (imageA == 0 && imageB == 0 && imageC == 0) {
              offerBin(i, bin, candidates);
            } else if (order != null && first[bin] < first[bin + 1]) {
              offerImages(bin, imageA, imageB, imageC, candidates);
            }
          }
        }
      }
    }

    private void offerBin(int i, int bin, Candidates candidates) {
      for (int n = first[bin]; n < first[bin + 1]; n++) {
        int j = sorted[n];
        if (j != i) {
          candidates.offer(j, x[3 * j], x[3 * j + 1], x[3 * j + 2]);
        }
      }
    }

    private void offerImages(int bin, int a, int b, int c, Candidates candidates) {
      double[] shift = lattice.cartesian(new double[] {a, b, c});
      for (int n = first[bin]; n < first[bin + 1]; n++) {
        int j = sorted[n];
        if (candidates.offer(
            j, x[3 * j] + shift[0], x[3 * j + 1] + shift[1], x[3 * j + 2] + shift[2])) {
          candidates.rank(order.rank(j, a, b, c));
        }
      }
    }
  }
}
