package org.dpsieve.neighbor;

import java.util.Arrays;
import org.dpsieve.text.Counted;

/**
 * Collects the atoms within the cutoff of one centre after another, and turns them into {@link
 * Neighbors}: sorted by type, then distance, at most {@code sel} of each type. As DeePMD-kit's
 * {@code fmt_nlist.cc: format_nlist_i_cpu}, distances are compared in single precision, and of
 * equally near neighbors the one that is earlier in {@link ImageOrder} comes first.
 */
final class Candidates {
  /** Rank of what is no image: first. */
  static final long ATOM_ITSELF = -1;

  private final double cutoffSquared;
  private final float limit;
  private final int[] sel;
  private final int[] type;
  private final int[] start;
  private int[] atom;
  private double[] displacement;
  private double[] distance;
  private int used;
  private long offered;
  private int finished;

  // the present centre and what was found around it
  private double x;
  private double y;
  private double z;
  private int count;
  private int[] foundAtom = new int[256];
  private float[] foundSquare = new float[256];
  private long[] foundRank = new long[256];
  private double[] foundDisplacement = new double[3 * 256];
  private int[] order = new int[256];
  private int[] merged = new int[256];

  Candidates(int[] type, double cutoff, int[] sel) {
    this.type = type;
    this.sel = sel;
    this.cutoffSquared = cutoff * cutoff;
    this.limit = (float) cutoff * (float) cutoff;
    this.start = new int[type.length * sel.length + 1];
    int guess = (int) Math.min(Arrays.stream(sel).asLongStream().sum(), 64) * type.length;
    atom = new int[guess];
    displacement = new double[3 * guess];
    distance = new double[guess];
  }

  /** Where the next centre is, Å. */
  void begin(double centreX, double centreY, double centreZ) {
    x = centreX;
    y = centreY;
    z = centreZ;
  }

  /**
   * An atom or image, near enough or not.
   *
   * @param px its position, Å; {@code py, pz} likewise
   * @return whether it is near enough and wants {@link #rank}
   */
  boolean offer(int neighbor, double px, double py, double pz) {
    offered++;
    double dx = px - x;
    double dy = py - y;
    double dz = pz - z;
    double exact = dx * dx + dy * dy + dz * dz;
    if (!(exact < cutoffSquared)) {
      return false;
    }
    if (exact == 0) {
      throw new GeometryException("atoms %d and %d are at one place".formatted(finished, neighbor));
    }
    float fx = (float) px - (float) x;
    float fy = (float) py - (float) y;
    float fz = (float) pz - (float) z;
    float square = fx * fx + fy * fy + fz * fz;
    if (square > limit) {
      return false;
    }
    if (count == foundAtom.length) {
      growFound();
    }
    foundAtom[count] = neighbor;
    foundSquare[count] = square;
    foundRank[count] = ATOM_ITSELF;
    foundDisplacement[3 * count] = dx;
    foundDisplacement[3 * count + 1] = dy;
    foundDisplacement[3 * count + 2] = dz;
    count++;
    return true;
  }

  /** Of what was offered last: it is an image, and this is its place in {@link ImageOrder}. */
  void rank(long rank) {
    foundRank[count - 1] = rank;
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
    finished = centre + 1;
    if (offered > Geometry.MAX_LOOKED_AT) {
      throw new GeometryException(
          "too many atoms near one another: after %,d of %s %.2g pairs were looked at"
              .formatted(finished, Counted.of(type.length, "atom"), (double) offered));
    }
  }

  /** How many atoms and images have been looked at. */
  long offered() {
    return offered;
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
    double dx = foundDisplacement[3 * found];
    double dy = foundDisplacement[3 * found + 1];
    double dz = foundDisplacement[3 * found + 2];
    distance[used] = Math.sqrt(dx * dx + dy * dy + dz * dz);
    displacement[3 * used] = dx;
    displacement[3 * used + 1] = dy;
    displacement[3 * used + 2] = dz;
    used++;
  }

  private void growFound() {
    if (count >= Geometry.MAX_NEIGHBORS) {
      throw new GeometryException(
          "atom %d has more than %s".formatted(finished, Counted.of(count, "neighbor")));
    }
    int larger = Math.min(2 * count, Geometry.MAX_NEIGHBORS);
    foundAtom = Arrays.copyOf(foundAtom, larger);
    foundSquare = Arrays.copyOf(foundSquare, larger);
    foundRank = Arrays.copyOf(foundRank, larger);
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
    if (foundRank[a] != foundRank[b]) {
      return foundRank[a] < foundRank[b];
    }
    return foundAtom[a] < foundAtom[b];
  }
}
