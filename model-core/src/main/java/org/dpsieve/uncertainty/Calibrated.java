package org.dpsieve.uncertainty;

import java.util.List;

/**
 * What labelled frames that were left out say of standard deviations, of one kind of prediction.
 *
 * @param energyFactor of standard deviations of energies; NaN without such labels
 * @param forceFactor the same of forces
 * @param width by which those of single frames differ; {@code null} for none
 * @param reliability how the calibrated ones were off
 */
public record Calibrated(
    double energyFactor, double forceFactor, FrameWidth width, Reliability reliability) {
  /**
   * @param folds errors of the frames of each fold by models trained on the others
   */
  public static Calibrated of(List<List<FrameErrors>> folds) {
    FrameErrors.Widened widened = FrameErrors.widened(folds);
    double energy = Calibration.factor(widened.folds(), FrameErrors::energy);
    double force = Calibration.factor(widened.folds(), FrameErrors::force);
    return new Calibrated(
        energy, force, widened.width(), Reliability.of(widened.folds(), energy, force));
  }
}
