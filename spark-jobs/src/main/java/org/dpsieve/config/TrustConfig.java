package org.dpsieve.config;

/**
 * The trust levels. A frame at or above any {@code hi} is failed, else at or above any {@code lo} a
 * candidate, else accurate.
 *
 * @param modelDeviForce {@code model_devi_f_trust_lo/_hi}, eV/Å, on max_devi_f
 * @param modelDeviEnergy {@code model_devi_e_trust_lo/_hi}, eV per atom, on devi_e
 * @param trueErrorForce {@code true_error_f_trust_lo/_hi}, eV/Å, on the models' error against
 *     stored labels
 * @param trueErrorEnergy {@code true_error_e_trust_lo/_hi}, eV per atom, likewise
 */
public record TrustConfig(
    Range modelDeviForce, Range modelDeviEnergy, Range trueErrorForce, Range trueErrorEnergy) {

  /** Whether frames are also judged by their error against stored labels. */
  public boolean usesTrueError() {
    return !trueErrorForce.isOff() || !trueErrorEnergy.isOff();
  }

  /** From {@code lo} (candidate) to {@code hi} (failed). */
  public record Range(double lo, double hi) {
    /** DP-GEN's number for "never". */
    public static final double OFF = 1e10;

    /** Whether no deviation that occurs can reach it. */
    public boolean isOff() {
      return lo >= OFF && hi >= OFF;
    }
  }
}
