package org.dpsieve.d3;

/** How dispersion is switched off where electrons overlap. */
public enum Damping {
  /** To zero, by Chai and Head-Gordon; doi:10.1063/1.3382344. */
  ZERO,
  /** To a finite value, rational, by Becke and Johnson; doi:10.1002/jcc.21759. */
  BJ;

  /** {@code zero} or {@code bj}, as on the command line and in the resource. */
  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
