package org.dpsieve.label.vasp;

/**
 * The KPOINTS file of a spacing in reciprocal space, as dpgen 0.14 writes it ({@code
 * auto_test/lib/vasp.py: make_kspacing_kpoints}, then pymatgen).
 */
final class KPoints {
  private KPoints() {}

  /** The file's text; not gamma-centred is Monkhorst-Pack. */
  static String text(int[] mesh, boolean gammaCentred) {
    return (gammaCentred ? "Automatic mesh\n0\nGamma\n" : "K-Points\n0\nMonkhorst\n")
        + "%d %d %d\n".formatted(mesh[0], mesh[1], mesh[2]);
  }
}
