package org.dpsieve.label;

import java.util.Arrays;

/** Divisions of the Brillouin zone from a spacing. */
public final class KMesh {
  private KMesh() {}

  /**
   * Divisions along each reciprocal vector: {@code max(1, ceil(2π |b_i| / spacing_i))}, as dpgen
   * 0.14 everywhere.
   *
   * @param cell lattice vectors as rows, Å, row-major [3, 3]
   * @param spacing 1/Å, [3]
   */
  public static int[] divisions(double[] cell, double... spacing) {
    int[] mesh = new int[3];
    for (int i = 0; i < 3; i++) {
      double[] v = Arrays.copyOfRange(cell, 3 * ((i + 1) % 3), 3 * ((i + 1) % 3) + 3);
      double[] w = Arrays.copyOfRange(cell, 3 * ((i + 2) % 3), 3 * ((i + 2) % 3) + 3);
      double[] normal = CellShape.cross(v, w);
      double volume = CellShape.dot(Arrays.copyOfRange(cell, 3 * i, 3 * i + 3), normal);
      double reciprocal = CellShape.norm(normal) / Math.abs(volume);
      mesh[i] = Math.max(1, (int) Math.ceil(2 * Math.PI * reciprocal / spacing[i]));
    }
    return mesh;
  }
}
