package org.dpsieve.d3;

import java.io.Serializable;
import java.util.SortedSet;
import org.dpsieve.error.InputException;

/**
 * What to compute.
 *
 * @param functional the functional that the dispersion is added to, e.g. {@code pbe}; case and
 *     hyphens do not matter
 * @param pairCutoff Å; pairs farther apart are left out
 * @param coordinationCutoff Å; atoms farther apart do not count as bonded at all
 * @param threeBody whether the term of Axilrod, Teller and Muto is included
 */
public record D3Options(
    String functional,
    Damping damping,
    double pairCutoff,
    double coordinationCutoff,
    boolean threeBody)
    implements Serializable {
  /** Å; sqrt(9000) bohr, the 50.2 Å of VASP and of Grimme's program. */
  public static final double PAIR_CUTOFF = Math.sqrt(9000) * ReferenceValues.BOHR;

  /** Å; 40 bohr. */
  public static final double COORDINATION_CUTOFF = 40 * ReferenceValues.BOHR;

  public D3Options {
    check("pair cutoff", pairCutoff);
    check("coordination number cutoff", coordinationCutoff);
    DampingParameters.of(functional, damping); // refuses what is not known
  }

  /** Names of all functionals that are known, as the option takes them. */
  public static SortedSet<String> functionals() {
    return DampingParameters.functionals();
  }

  /** Two-body. */
  public D3Options(
      String functional, Damping damping, double pairCutoff, double coordinationCutoff) {
    this(functional, damping, pairCutoff, coordinationCutoff, false);
  }

  /** With the usual cutoffs. */
  public D3Options(String functional, Damping damping) {
    this(functional, damping, PAIR_CUTOFF, COORDINATION_CUTOFF);
  }

  private static void check(String name, double cutoff) {
    if (!(cutoff > 0 && cutoff <= 1000)) {
      throw new InputException(
          "D3: %s is %s Å, expected a number above 0 and at most 1000".formatted(name, cutoff));
    }
  }
}
