package org.dpsieve.label;

/** Units of programs' outputs (CODATA 2018), as dpdata 1.1 {@code unit.py}. */
public final class AtomicUnits {
  /** Bohr in Å. */
  public static final double BOHR = 0.529177210903;

  /** Hartree in eV. */
  public static final double HARTREE = 4.3597447222071e-18 / 1.602176634e-19;

  /** Rydberg in eV. */
  public static final double RYDBERG = 13.605693122994;

  /** kB Å³ in eV. */
  public static final double KILOBAR_CUBIC_ANGSTROM = 1 / 1602.176634;

  private AtomicUnits() {}
}
