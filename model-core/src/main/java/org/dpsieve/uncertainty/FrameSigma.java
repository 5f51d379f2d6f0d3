package org.dpsieve.uncertainty;

import java.util.Arrays;
import org.dpsieve.infer.Prediction;

/**
 * An ensemble's prediction of a frame and its standard deviations: what a model of the ensemble is
 * expected to be off, root mean square over the models. NaN where nothing is known: an element
 * without labels, a geometry that makes no sense.
 *
 * @param models predictions, [models]
 * @param energy eV per atom
 * @param force eV/Å, largest over the atoms; of an atom the square root of the sum over its three
 *     components
 * @param rmsForce eV/Å, root mean square over all components
 * @param modelEnergy energy by model, [models]
 * @param modelForce force by model, [models]; models that share a draw share the number
 * @param component eV/Å, of each component of an atom's force, [nAtoms]
 * @param about what {@link FrameWidth} goes by; {@code null} where it is not known
 */
public record FrameSigma(
    Prediction[] models,
    double energy,
    double force,
    double rmsForce,
    double[] modelEnergy,
    double[] modelForce,
    double[] component,
    double[] about) {
  /**
   * How many values the mean over the frame's atoms counts as. With two draws of the first Ag-Au
   * model and 50 to 280 labels the largest standard deviation of a frame then differs from the
   * exact one by 23 to 25 % (standard deviation of the logarithm).
   */
  static final double PRIOR_VALUES = 3;

  /** The model whose draw a model of an ensemble shares. */
  public static int drawOf(int model, int models) {
    int pair = model - model % 2;
    // of an odd number the last has no partner after it, and shares the draw before
    return pair == models - 1 && pair > 0 ? pair - 2 : pair;
  }

  /**
   * @param models predictions
   * @param members whose disagreement tells frames apart: the models, or those that are made of the
   *     one
   * @param energyVariance of the energy per atom before calibration, eV², by model; NaN where it is
   *     not known
   * @param drawnForce forces by output layers drawn from the posteriors, by model; not asked for of
   *     models that share another's, nor where the energy's variance is not known
   * @param row of the energy per atom of the first model; {@code null} where it is not known
   */
  public static FrameSigma of(
      Uncertainty uncertainty,
      Prediction[] models,
      Prediction[] members,
      double[] energyVariance,
      double[][] drawnForce,
      double[] row) {
    int atoms = models[0].force().length / 3;
    double[] energy = new double[models.length];
    double energySquare = 0;
    double[] component = new double[atoms];
    double[][] drawn = new double[models.length][];
    int count = 0;
    for (int m = 0; m < models.length; m++) {
      energy[m] = uncertainty.energyFactor() * Math.sqrt(energyVariance[m]);
      energySquare += energy[m] * energy[m] / models.length;
      if (drawOf(m, models.length) == m) {
        drawn[m] = variances(drawnForce[m], energyVariance[m], atoms);
        count++;
        for (int i = 0; i < atoms; i++) {
          component[i] += drawn[m][i];
        }
      }
    }
    for (int i = 0; i < atoms; i++) {
      component[i] /= count;
    }
    double mean = Math.sqrt(Arrays.stream(component).average().orElse(Double.NaN));
    double[] about =
        row == null
            ? null
            : FrameWidth.about(largest(smoothed(component, count, 1)), mean, models, members, row);
    double factor = uncertainty.forceFactor();
    if (uncertainty.width() != null && about != null) {
      factor *= uncertainty.width().factor(about);
    }
    double[] force = new double[models.length];
    for (int m = 0; m < models.length; m++) {
      force[m] = largest(smoothed(drawn[drawOf(m, models.length)], 1, factor));
    }
    double[] sigma = smoothed(component, count, factor);
    return new FrameSigma(
        models,
        Math.sqrt(energySquare),
        largest(sigma),
        factor * mean,
        energy,
        force,
        sigma,
        about);
  }

  /** Mean square of an atom's three components; NaN where the energy's variance is. */
  private static double[] variances(double[] force, double known, int atoms) {
    double[] variance = new double[atoms];
    for (int i = 0; i < atoms; i++) {
      variance[i] = Double.NaN;
      if (!Double.isNaN(known)) {
        double x = force[3 * i];
        double y = force[3 * i + 1];
        double z = force[3 * i + 2];
        variance[i] = (x * x + y * y + z * z) / 3;
      }
    }
    return variance;
  }

  /** Calibrated standard deviations of a component. */
  private static double[] smoothed(double[] variance, int count, double factor) {
    double mean = Arrays.stream(variance).average().orElse(Double.NaN);
    double values = 3.0 * count;
    double[] sigma = new double[variance.length];
    for (int i = 0; i < sigma.length; i++) {
      sigma[i] =
          factor
              * Math.sqrt((values * variance[i] + PRIOR_VALUES * mean) / (values + PRIOR_VALUES));
    }
    return sigma;
  }

  /** Of each atom's force as a vector, eV/Å, [nAtoms]: {@link #force} is the largest of them. */
  public double[] atomForce() {
    return Arrays.stream(component).map(sigma -> Math.sqrt(3) * sigma).toArray();
  }

  /** Of an atom's force as a vector; NaN stays. */
  private static double largest(double[] component) {
    double largest = 0;
    for (double sigma : component) {
      largest = Math.max(largest, Math.sqrt(3) * sigma);
    }
    return largest;
  }
}
