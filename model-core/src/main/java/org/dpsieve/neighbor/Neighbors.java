package org.dpsieve.neighbor;

/**
 * The neighbors of every atom of a frame, ordered by centre, then neighbor type, then distance.
 * Read only: the arrays may be longer than used.
 *
 * @param typeCount number of types
 * @param start first neighbor of type t of centre i is {@code start[i * typeCount + t]}, the one
 *     after the last {@code start[i * typeCount + t + 1]}
 * @param atom index of the neighbor in the frame
 * @param displacement from the centre to the neighbor('s image), Å, row-major [n, 3]
 * @param distance Å, [n]
 */
public record Neighbors(
    int typeCount, int[] start, int[] atom, double[] displacement, double[] distance) {
  /** Number of (centre, neighbor) pairs. */
  public int pairCount() {
    return start[start.length - 1];
  }

  public int atomCount() {
    return (start.length - 1) / typeCount;
  }
}
