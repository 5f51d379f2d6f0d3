package org.dpsieve.neighbor;

import java.util.Arrays;

/**
 * Collects the atoms within the cutoff of one centre after another, and turns them into {@link
 * Neighbors}: sorted by type, then distance, at most {@code sel} of each type, as DeePMD-kit's
 * {@code fmt_nlist.cc: format_nlist_i_cpu}. Equal distances are ordered by atom, then displacement,
 * so that the result does not depend on the order in which candidates were found.
 */
final class Candidates {
  private final double cutoffSquared;
  private final int[] sel;
  private final int[] type;
  private final int[] start;
  private int[] atom;
  private double[] displacement;
  private double[] distance;
  private int used;

  // of the present centre
  private int count;
  private int[] foundAtom = new int[256];
  private double[] foundSquare = new double[256];
  private double[] foundDisplacement = new double[3 * 256];
  private int[] order = new int[256];
  private int[] merged = new int[256];

  Candidates(int[] type, double cutoff, int[] sel) {
    this.type = type;
    this.sel = sel;
    this.cutoffSquared = cutoff * cutoff;
    this.start = new int[type.length * sel.length + 1];
    int guess = 64 * type.length;
    atom = new int[guess];
    displacement = new double[3 * guess];
    distance = new double[guess];
  }

  /** An atom at this displacement (Å) from the centre, near enough or not. */
  void offer(int neighbor, double dx, double dy, double dz) {
    double square = dx * dx + dy * dy + dz * dz;
    if (square >= cutoffSquared) {
      return;
    }
    if (count == foundAtom.length) {
      growFound();
    }
    foundAtom[count] = neighbor;
    foundSquare[count] = square;
    foundDisplacement[3 * count] = dx;
    foundDisplacement[3 * count + 1] = dy;
    foundDisplacement[3 * count + 2] = dz;
    count++;
  }

  /** All candidates of this centre have been offered; centres come in the frame's order. */
  void finish(int centre) {
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    sort(0, count);
    int next = 0;
    for (int t = 0; t < sel.length; t++) {
      start[centre * sel.length + t] = used;
      for (int kept = 0; next < count && type[foundAtom[order[next]]] == t; next++, kept++) {
        if (kept < sel[t]) {
          keep(order[next]);
        }
      }
    }
    start[(centre + 1) * sel.length] = used;
    count = 0;
  }

  Neighbors neighbors() {
    return new Neighbors(sel.length, start, atom, displacement, distance);
  }

  private void keep(int found) {
    if (used == atom.length) {
      int larger = used + used / 2 + 64;
      atom = Arrays.copyOf(atom, larger);
      displacement = Arrays.copyOf(displacement, 3 * larger);
      distance = Arrays.copyOf(distance, larger);
    }
    atom[used] = foundAtom[found];
    distance[used] = Math.sqrt(foundSquare[found]);
    System.arraycopy(foundDisplacement, 3 * found, displacement, 3 * used, 3);
    used++;
  }

  private void growFound() {
    int larger = 2 * count;
    foundAtom = Arrays.copyOf(foundAtom, larger);
    foundSquare = Arrays.copyOf(foundSquare, larger);
    foundDisplacement = Arrays.copyOf(foundDisplacement, 3 * larger);
    order = new int[larger];
    merged = new int[larger];
  }

  /** Merge sort of {@code order[from..to)}: no boxing, and a total order makes it deterministic. */
  private void sort(int from, int to) {
    if (to - from <= 12) {
      for (int i = from + 1; i < to; i++) {
        int moving = order[i];
        int j = i;
        for (; j > from && before(moving, order[j - 1]); j--) {
          order[j] = order[j - 1];
        }
        order[j] = moving;
      }
      return;
    }
    int middle = (from + to) >>> 1;
    sort(from, middle);
    sort(middle, to);
    System.arraycopy(order, from, merged, from, middle - from);
    int left = from;
    int right = middle;
    for (int i = from; left < middle; i++) {
      order[i] = right < to && before(order[right], merged[left]) ? order[right++] : merged[left++];
    }
  }

  private boolean before(int a, int b) {
    int byType = type[foundAtom[a]] - type[foundAtom[b]];
    if (byType != 0) {
      return byType < 0;
    }
    if (foundSquare[a] != foundSquare[b]) {
      return foundSquare[a] < foundSquare[b];
    }
    if (foundAtom[a] != foundAtom[b]) {
      return foundAtom[a] < foundAtom[b];
    }
    for (int k = 0; k < 3; k++) {
      if (foundDisplacement[3 * a + k] != foundDisplacement[3 * b + k]) {
        return foundDisplacement[3 * a + k] < foundDisplacement[3 * b + k];
      }
    }
    return false;
  }
}
