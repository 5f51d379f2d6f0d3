package org.dpsieve.deviation;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;

/**
 * Model deviation as DeePMD-kit 3.2 defines it ({@code deepmd/infer/model_devi.py}): the population
 * standard deviation over the models of each force component, of each virial component per atom and
 * of the energy per atom. NaN from any model makes the numbers it enters NaN.
 *
 * @param forceLevel eV/Å: force deviations are divided by (size of the mean force + level), {@code
 *     --relative}; empty for deviations themselves
 * @param virialLevel eV: the same of the virial per atom, {@code --relative_v}
 */
public record Deviation(OptionalDouble forceLevel, OptionalDouble virialLevel) {
  /** Deviations themselves, not relative ones. */
  public static final Deviation PLAIN =
      new Deviation(OptionalDouble.empty(), OptionalDouble.empty());

  /** {@link #ofModels} of {@link #PLAIN}. */
  public static FrameDeviation of(Prediction[] models) {
    return PLAIN.ofModels(models);
  }

  /**
   * How far the models are from their mean.
   *
   * @param models one or more predictions of the same frame
   */
  public FrameDeviation ofModels(Prediction[] models) {
    return measure(models, null);
  }

  /**
   * How far the models are from the labels, root mean square: the same columns, {@code
   * --real_error}. Missing labels count as zeros, as they do for DeePMD-kit.
   */
  public FrameDeviation ofLabels(Prediction[] models, Labels labels) {
    int components = models[0].force().length;
    return measure(
        models,
        new Prediction(
            labels.energy() == null ? 0 : labels.energy(),
            labels.force() == null ? new double[components] : labels.force(),
            labels.virial() == null ? new double[9] : labels.virial(),
            null));
  }

  /**
   * @param truth what to compare with; {@code null} for the models' mean
   */
  private FrameDeviation measure(Prediction[] models, Prediction truth) {
    int atoms = models[0].force().length / 3;
    double[] values = new double[models.length];

    for (int m = 0; m < models.length; m++) {
      values[m] = models[m].energy() / atoms;
    }
    double energy = spread(values, truth == null ? mean(values) : truth.energy() / atoms);

    double[] virial = new double[9];
    double[] virialCentre = new double[9];
    for (int k = 0; k < 9; k++) {
      for (int m = 0; m < models.length; m++) {
        values[m] = models[m].virial()[k] / atoms;
      }
      virialCentre[k] = truth == null ? mean(values) : truth.virial()[k] / atoms;
      virial[k] = spread(values, virialCentre[k]);
    }
    if (virialLevel.isPresent()) {
      double size = norm(virialCentre) + virialLevel.getAsDouble();
      for (int k = 0; k < 9; k++) {
        virial[k] /= size;
      }
    }

    double[] force = new double[atoms];
    double[] component = new double[3];
    double[] centre = new double[3];
    for (int i = 0; i < atoms; i++) {
      for (int k = 0; k < 3; k++) {
        for (int m = 0; m < models.length; m++) {
          values[m] = models[m].force()[3 * i + k];
        }
        centre[k] = truth == null ? mean(values) : truth.force()[3 * i + k];
        component[k] = spread(values, centre[k]);
      }
      force[i] = norm(component);
      if (forceLevel.isPresent()) {
        force[i] /= norm(centre) + forceLevel.getAsDouble();
      }
    }
    return new FrameDeviation(
        max(virial),
        min(virial),
        norm(virial) / 3,
        max(force),
        min(force),
        mean(force),
        energy,
        force);
  }

  private static double spread(double[] values, double centre) {
    double sum = 0;
    for (double value : values) {
      sum += (value - centre) * (value - centre);
    }
    return Math.sqrt(sum / values.length);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  private static double max(double[] values) {
    return Arrays.stream(values).reduce(Math::max).orElse(Double.NaN); // NaN stays; so of no atoms
  }

  private static double min(double[] values) {
    return Arrays.stream(values).reduce(Math::min).orElse(Double.NaN);
  }
}
