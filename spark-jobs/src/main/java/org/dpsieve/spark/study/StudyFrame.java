package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.outputlayer.FrameFeatures;

/**
 * A labelled frame and all that training needs of it.
 *
 * @param id of the frame
 * @param frame with energy, force and virial
 * @param old its labels at the old level, or none
 * @param models its features for each model
 */
record StudyFrame(String id, Frame frame, Labels old, Features[] models) implements Serializable {

  /** {@link FrameFeatures} with the force in single precision, most of the memory. */
  record Features(FrameFeatures.Constant constant, double[] energy, float[] force, double[] virial)
      implements Serializable {
    static Features of(FrameFeatures features) {
      float[] force = new float[features.force().length];
      for (int k = 0; k < force.length; k++) {
        force[k] = (float) features.force()[k];
      }
      return new Features(features.constant(), features.energy(), force, features.virial());
    }
  }

  StudyFrame withOld(Labels labels) {
    return new StudyFrame(id, frame, labels, models);
  }

  /**
   * What is left of the old labels.
   *
   * @param fitted parameters of the model fitted to old labels
   */
  Labels rest(int model, double[] fitted) {
    return new Labels(
        old.energy() == null ? null : old.energy() - energy(model, fitted),
        old.force() == null ? null : minus(old.force(), force(model, fitted)),
        old.virial() == null ? null : minus(old.virial(), virial(model, fitted)));
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    Arrays.setAll(difference, k -> a[k] - b[k]);
    return difference;
  }

  FrameFeatures features(int model) {
    Features features = models[model];
    double[] force = new double[features.force().length];
    for (int k = 0; k < force.length; k++) {
      force[k] = features.force()[k];
    }
    return new FrameFeatures(
        frame.atomCount(), features.constant(), features.energy(), force, features.virial());
  }

  /** Energy in eV of a model with these parameters. */
  double energy(int model, double[] parameters) {
    double energy = models[model].constant().energy();
    for (int k = 0; k < parameters.length; k++) {
      energy += models[model].energy()[k] * parameters[k];
    }
    return energy;
  }

  /** Forces in eV/Å, [3 nAtoms]. */
  double[] force(int model, double[] parameters) {
    float[] rows = models[model].force();
    double[] force = new double[3 * frame.atomCount()];
    for (int row = 0; row < force.length; row++) {
      force[row] = dot(rows, row * parameters.length, parameters);
    }
    models[model].constant().addForce(force);
    return force;
  }

  /** In four sums, none of which waits for another. */
  private static double dot(float[] row, int from, double[] parameters) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int k = 0;
    for (; k + 3 < parameters.length; k += 4) {
      a += row[from + k] * parameters[k];
      b += row[from + k + 1] * parameters[k + 1];
      c += row[from + k + 2] * parameters[k + 2];
      d += row[from + k + 3] * parameters[k + 3];
    }
    for (; k < parameters.length; k++) {
      a += row[from + k] * parameters[k];
    }
    return a + b + (c + d);
  }

  /** Virial in eV, [9]. */
  double[] virial(int model, double[] parameters) {
    double[] rows = models[model].virial();
    double[] virial = new double[9];
    for (int row = 0; row < virial.length; row++) {
      for (int k = 0; k < parameters.length; k++) {
        virial[row] += rows[row * parameters.length + k] * parameters[k];
      }
    }
    models[model].constant().addVirial(virial);
    return virial;
  }

  /** The same of models that differ from one in their output layers alone. */
  double maxForceDeviation(int model, double[][] members) {
    return maxForceDeviation(
        Arrays.stream(members).map(parameters -> force(model, parameters)).toList());
  }

  /** As dp model-devi defines {@code max_devi_f}, eV/Å, of models with these parameters. */
  double maxForceDeviation(double[][] parameters) {
    List<double[]> forces = new ArrayList<>();
    for (int m = 0; m < parameters.length; m++) {
      forces.add(force(m, parameters[m]));
    }
    return maxForceDeviation(forces);
  }

  private double maxForceDeviation(List<double[]> forces) {
    int count = 3 * frame.atomCount();
    double[] sum = new double[count];
    double[] square = new double[count];
    for (double[] force : forces) {
      for (int k = 0; k < count; k++) {
        sum[k] += force[k] / forces.size();
        square[k] += force[k] * force[k] / forces.size();
      }
    }
    double largest = 0;
    for (int atom = 0; atom < count; atom += 3) {
      double variance = 0;
      for (int k = atom; k < atom + 3; k++) {
        variance += square[k] - sum[k] * sum[k];
      }
      largest = Math.max(largest, variance);
    }
    return Math.sqrt(largest);
  }
}
