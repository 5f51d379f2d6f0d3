package org.dpsieve.spark.study;

import java.io.Serializable;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.outputlayer.FrameFeatures;
import org.dpsieve.outputlayer.FrameSketch;

/**
 * A labelled frame and all that training and picking need of it.
 *
 * @param frame with energy, force and virial
 * @param old its labels at the old level, or none
 * @param models its features for each model
 * @param sketch by the first model
 */
record StudyFrame(Frame frame, Labels old, Features[] models, FrameSketch sketch)
    implements Serializable {

  /** {@link FrameFeatures} with the force in single precision, most of the memory. */
  record Features(double constant, double[] energy, float[] force, double[] virial)
      implements Serializable {
    static Features of(FrameFeatures features) {
      float[] force = new float[features.force().length];
      for (int k = 0; k < force.length; k++) {
        force[k] = (float) features.force()[k];
      }
      return new Features(features.constant(), features.energy(), force, features.virial());
    }
  }

  String id() {
    return sketch.id();
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
    double energy = models[model].constant();
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
      int from = row * parameters.length;
      double sum = 0;
      for (int k = 0; k < parameters.length; k++) {
        sum += rows[from + k] * parameters[k];
      }
      force[row] = sum;
    }
    return force;
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
    return virial;
  }

  /** As dp model-devi defines {@code max_devi_f}, eV/Å, of models with these parameters. */
  double maxForceDeviation(double[][] parameters) {
    int count = 3 * frame.atomCount();
    double[] sum = new double[count];
    double[] square = new double[count];
    for (int m = 0; m < parameters.length; m++) {
      double[] force = force(m, parameters[m]);
      for (int k = 0; k < count; k++) {
        sum[k] += force[k] / parameters.length;
        square[k] += force[k] * force[k] / parameters.length;
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
