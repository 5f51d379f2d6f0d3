package org.dpsieve.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dpsieve.infer.Prediction;

/** Comparison of predictions, with the project's tolerances. */
public final class Predictions {
  private Predictions() {}

  /**
   * Energies within 1e-10 eV per atom, forces 1e-9 eV/Å, virial 1e-8 eV; relative where numbers are
   * larger than one. NaN never passes.
   *
   * @param scale multiplies the tolerances: 1 for nets in double precision
   */
  public static void assertClose(
      Prediction actual, Prediction expected, double scale, String what) {
    int atoms = expected.force().length / 3;
    assertClose(
        new double[] {actual.energy() / atoms},
        new double[] {expected.energy() / atoms},
        1e-10 * scale,
        what + " energy per atom");
    assertClose(actual.atomEnergy(), expected.atomEnergy(), 1e-10 * scale, what + " atom_energy");
    assertClose(actual.force(), expected.force(), 1e-9 * scale, what + " force");
    assertClose(actual.virial(), expected.virial(), 1e-8 * scale, what + " virial");
  }

  private static void assertClose(
      double[] actual, double[] expected, double tolerance, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      double limit = tolerance * Math.max(1, Math.abs(expected[i]));
      assertThat(actual[i]).as("%s [%d]", what, i).isCloseTo(expected[i], within(limit));
    }
  }
}
