package org.dpsieve.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which invariants DPA4C makes of the moments of an atom's surroundings, and in which order. It
 * follows from two numbers of the input ({@code deepmd/dpmodel/descriptor/dpa4c_nn: geometry.py,
 * bispectrum.py}).
 *
 * @param channels of degree zero: 8, 16, 32, 64 or 128
 * @param lmax largest degree: 2, 3 or 4
 */
public record Dpa4cShape(int channels, int lmax) implements Serializable {
  private static final List<Integer> CHANNELS = List.of(8, 16, 32, 64, 128);

  /**
   * Probes of three degrees contracted, without those that are the same by symmetry.
   *
   * @param probes [n][3]
   * @param scales by each: the root of how many it stands for, [n]
   */
  public record Triple(int[] degrees, int[][] probes, double[] scales) {}

  /** Whether DeePMD-kit has such a descriptor. */
  public boolean exists() {
    return CHANNELS.contains(channels) && lmax >= 2 && lmax <= 4;
  }

  /**
   * Channels of a degree: C_1 is the root of the channels up to a power of two, C_2 half of it,
   * both at least four; from the third on there is one.
   */
  public int channels(int degree) {
    int log = Integer.numberOfTrailingZeros(channels);
    int one = Math.max(4, 1 << ((log + 1) / 2));
    return switch (degree) {
      case 0 -> channels;
      case 1 -> one;
      case 2 -> Math.max(4, one / 2);
      default -> 1;
    };
  }

  /** K_l: how many combinations of a degree's channels products of three are made of. */
  public int probes(int degree) {
    return degree == 1 ? channels(2) : degree == 2 ? 2 : 1;
  }

  /** Numbers of all moments: component by component of each degree, each with all its channels. */
  public int moments() {
    return firstMoment(lmax + 1);
  }

  public int firstMoment(int degree) {
    int first = 0;
    for (int l = 0; l < degree; l++) {
      first += (2 * l + 1) * channels(l);
    }
    return first;
  }

  /** Degrees l1 &lt;= l2 &lt;= l3 whose product of harmonics has an invariant part. */
  public List<Triple> triples() {
    List<Triple> triples = new ArrayList<>();
    for (int a = 1; a <= lmax; a++) {
      for (int b = a; b <= lmax; b++) {
        for (int c = b; c <= Math.min(lmax, a + b); c++) {
          if ((a + b + c) % 2 == 0) {
            triples.add(triple(a, b, c));
          }
        }
      }
    }
    return triples;
  }

  private Triple triple(int a, int b, int c) {
    List<int[]> probes = new ArrayList<>();
    List<Double> scales = new ArrayList<>();
    for (int i = 0; i < probes(a); i++) {
      for (int j = a == b ? i : 0; j < probes(b); j++) {
        for (int k = b == c ? j : 0; k < probes(c); k++) {
          probes.add(new int[] {i, j, k});
          scales.add(Math.sqrt(orders(a == b, b == c, i, j, k)));
        }
      }
    }
    return new Triple(
        new int[] {a, b, c},
        probes.toArray(new int[0][]),
        scales.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** In how many orders the probes of equal degrees may stand. */
  private static int orders(boolean firstTwo, boolean lastTwo, int i, int j, int k) {
    if (firstTwo && lastTwo) {
      return i == j && j == k ? 1 : i == j || j == k ? 3 : 6;
    }
    return (firstTwo && i != j ? 2 : 1) * (lastTwo && j != k ? 2 : 1);
  }

  /** Numbers of the descriptor before the centre's type embedding. */
  public int invariants() {
    int size = channels;
    for (int l = 1; l <= lmax; l++) {
      size += channels(l) * (channels(l) + 1) / 2;
    }
    size += triples().stream().mapToInt(triple -> triple.probes().length).sum();
    return size + probes(1) * probes(2) + 2;
  }

  /** As {@code channels}, [lmax + 1]. */
  public int[] widths() {
    int[] widths = new int[lmax + 1];
    Arrays.setAll(widths, this::channels);
    return widths;
  }
}
