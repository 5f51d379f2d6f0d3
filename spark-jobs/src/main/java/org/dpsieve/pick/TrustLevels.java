package org.dpsieve.pick;

import java.io.Serializable;

/**
 * Sorts frames into accurate, candidate and failed, as dpgen 0.14 {@code simplify/simplify.py:
 * post_model_devi}: failed if any value is at or above its {@code hi}; else candidate if any is in
 * {@code [lo, hi)}; else accurate. Where DP-GEN ends with an error, a value that is not a number,
 * the frame is failed; and it is failed too where DP-GEN lets another value outvote the NaN.
 *
 * @param force {@code model_devi_f_trust_lo/_hi}, eV/Å, on max_devi_f
 * @param energy {@code model_devi_e_trust_lo/_hi}, eV per atom, on devi_e
 * @param trueForce {@code true_error_f_trust_lo/_hi}, eV/Å, on the largest force error against
 *     stored labels
 * @param trueEnergy {@code true_error_e_trust_lo/_hi}, eV per atom, on the energy error against
 *     stored labels
 * @param property the levels of a run for a property, which has no others; {@code null} in one for
 *     energies
 */
public record TrustLevels(
    TrustBand force,
    TrustBand energy,
    TrustBand trueForce,
    TrustBand trueEnergy,
    PropertyTrust property)
    implements Serializable {

  public TrustLevels(TrustBand force, TrustBand energy, TrustBand trueForce, TrustBand trueEnergy) {
    this(force, energy, trueForce, trueEnergy, null);
  }

  /** Of a run for a property. */
  public static TrustLevels of(PropertyTrust property) {
    return new TrustLevels(TrustBand.OFF, TrustBand.OFF, TrustBand.OFF, TrustBand.OFF, property);
  }

  /** What frames are sorted by. */
  public Measure measure() {
    return property == null ? Measure.FORCE : property.measure();
  }

  /** All levels in a line, as one compares them. */
  public String text() {
    return property == null
        ? "model_devi_f %s, model_devi_e %s, true_error_f %s, true_error_e %s"
            .formatted(force.text(), energy.text(), trueForce.text(), trueEnergy.text())
        : "model_devi_p %s by %s".formatted(property.band().text(), property.measure().column());
  }

  /** Class by the measure of a run for a property. */
  public FrameClass classify(double measure) {
    TrustBand band = property.band();
    return band.failed(measure)
        ? FrameClass.FAILED
        : band.candidate(measure) ? FrameClass.CANDIDATE : FrameClass.ACCURATE;
  }

  /** By the ensemble's disagreement alone. */
  public TrustLevels(TrustBand force, TrustBand energy) {
    this(force, energy, TrustBand.OFF, TrustBand.OFF);
  }

  /** Whether the error against stored labels counts too. */
  public boolean usesTrueError() {
    return !trueForce.isOff() || !trueEnergy.isOff();
  }

  /** Class by disagreement alone: eV/Å and eV per atom. */
  public FrameClass classify(double maxDeviF, double deviE) {
    return classify(maxDeviF, deviE, 0, 0);
  }

  /** Class by disagreement and by error against stored labels: eV/Å, eV per atom, twice. */
  public FrameClass classify(double maxDeviF, double deviE, double trueErrorF, double trueErrorE) {
    if (force.failed(maxDeviF)
        || energy.failed(deviE)
        || trueForce.failed(trueErrorF)
        || trueEnergy.failed(trueErrorE)) {
      return FrameClass.FAILED;
    }
    if (force.candidate(maxDeviF)
        || energy.candidate(deviE)
        || trueForce.candidate(trueErrorF)
        || trueEnergy.candidate(trueErrorE)) {
      return FrameClass.CANDIDATE;
    }
    return FrameClass.ACCURATE;
  }
}
