package org.dpsieve.label.vasp;

import java.util.Arrays;

/**
 * The KPOINTS file of a spacing in reciprocal space, as dpgen 0.14 writes it ({@code
 * auto_test/lib/vasp.py: make_kspacing_kpoints}, then pymatgen).
 */
final class KPoints {
  private KPoints() {}

  /**
   * Divisions along each reciprocal vector: {@code max(1, ceil(2π |b_i| / spacing_i))}.
   *
   * @param cell lattice vectors as rows, Å, row-major [3, 3]
   * @param spacing 1/Å, [3]
   */
  static int[] mesh(double[] cell, double[] spacing) {
    int[] mesh = new int[3];
    for (int i = 0; i < 3; i++) {
      double[] v = Arrays.copyOfRange(cell, 3 * ((i + 1) % 3), 3 * ((i + 1) % 3) + 3);
      double[] w = Arrays.copyOfRange(cell, 3 * ((i + 2) % 3), 3 * ((i + 2) % 3) + 3);
      double[] normal = {
        v[1] * w[2] - v[2] * w[1], v[2] * w[0] - v[0] * w[2], v[0] * w[1] - v[1] * w[0]
      };
      double area = 0;
      double volume = 0;
      for (int k = 0; k < 3; k++) {
        area += normal[k] * normal[k];
        volume += normal[k] * cell[3 * i + k];
      }
      double reciprocal = Math.sqrt(area) / Math.abs(volume);
      mesh[i] = Math.max(1, (int) Math.ceil(2 * Math.PI * reciprocal / spacing[i]));
    }
    return mesh;
  }

  /** The file's text; not gamma-centred is Monkhorst-Pack. */
  static String text(int[] mesh, boolean gammaCentred) {
    return (gammaCentred ? "Automatic mesh\n0\nGamma\n" : "K-Points\n0\nMonkhorst\n")
        + "%d %d %d\n".formatted(mesh[0], mesh[1], mesh[2]);
  }
}
