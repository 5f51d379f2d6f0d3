package org.dpsieve.neighbor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * How the program that a model belongs to picks neighbors, beyond the cutoff and {@code sel}.
 *
 * @param total largest number of neighbors of all types together, nearest first, before {@code sel}
 *     limits each type; DeePMD-kit's array backends take the sum of {@code sel} ({@code
 *     deepmd/dpmodel/utils/nlist.py: build_neighbor_list, nlist_distinguish_types})
 * @param leftHandedReversed whether a left-handed cell turns the frame inside out, as it does in
 *     the TensorFlow operators ({@link ImageOrder})
 * @param excluded pairs of types that do not see each other ({@code pair_exclude_types}): such
 *     neighbors are left out after the others were picked
 */
public record NeighborRules(int total, boolean leftHandedReversed, List<List<Integer>> excluded)
    implements Serializable {
  /** {@code sel} alone counts. */
  public static final NeighborRules TENSORFLOW =
      new NeighborRules(Integer.MAX_VALUE, true, List.of());

  /** Of the backends that work on arrays: PyTorch and the serialised formats. */
  public static NeighborRules arrays(int[] sel) {
    return new NeighborRules(Arrays.stream(sel).sum(), false, List.of());
  }

  /** With pairs of types that do not see each other. */
  public NeighborRules excluding(List<List<Integer>> pairs) {
    return new NeighborRules(total, leftHandedReversed, List.copyOf(pairs));
  }

  /** With this limit, too. */
  public NeighborRules atMost(int neighbors) {
    return new NeighborRules(Math.min(total, neighbors), leftHandedReversed, excluded);
  }

  /** Without a limit on all types together. */
  public NeighborRules withoutTotal() {
    return new NeighborRules(Integer.MAX_VALUE, leftHandedReversed, excluded);
  }

  /** As {@link NeighborSearch#find}, under these rules. */
  public Neighbors find(
      NeighborSearch search, double[] coord, double[] cell, int[] type, double cutoff, int[] sel) {
    if (total == Integer.MAX_VALUE && excluded.isEmpty()) {
      return search.find(coord, cell(cell), type, cutoff, sel);
    }
    int[] alike = new int[type.length];
    return byType(search.find(coord, cell(cell), alike, cutoff, new int[] {total}), type, sel);
  }

  /** Whether atoms of two types see each other. */
  public boolean sees(int centreType, int neighborType) {
    return !excluded.contains(List.of(centreType, neighborType))
        && !excluded.contains(List.of(neighborType, centreType));
  }

  /** The same lattice, right-handed where that matters. */
  public double[] cell(double[] cell) {
    if (cell == null || leftHandedReversed || !(determinant(cell) < 0)) {
      return cell;
    }
    return Arrays.stream(cell).map(x -> -x).toArray();
  }

  /** Of neighbors found without regard to types: those that {@code sel} leaves, type by type. */
  private Neighbors byType(Neighbors found, int[] type, int[] sel) {
    int types = sel.length;
    int[] start = new int[found.atomCount() * types + 1];
    int[] atom = new int[found.pairCount()];
    double[] displacement = new double[3 * atom.length];
    double[] distance = new double[atom.length];
    int used = 0;
    for (int centre = 0; centre < found.atomCount(); centre++) {
      int from = found.start()[centre];
      int to = found.start()[centre + 1];
      for (int t = 0; t < types; t++) {
        int slot = centre * types + t;
        start[slot] = used;
        boolean seen = excluded.isEmpty() || sees(type[centre], t);
        for (int p = from; seen && p < to && used - start[slot] < sel[t]; p++) {
          if (type[found.atom()[p]] == t) {
            atom[used] = found.atom()[p];
            distance[used] = found.distance()[p];
            System.arraycopy(found.displacement(), 3 * p, displacement, 3 * used, 3);
            used++;
          }
        }
      }
    }
    start[start.length - 1] = used;
    return new Neighbors(types, start, atom, displacement, distance);
  }

  private static double determinant(double[] m) {
    return m[0] * (m[4] * m[8] - m[5] * m[7])
        - m[1] * (m[3] * m[8] - m[5] * m[6])
        + m[2] * (m[3] * m[7] - m[4] * m[6]);
  }
}
