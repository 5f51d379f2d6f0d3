package org.dpsieve.label.dp;

import java.util.Locale;
import org.dpsieve.config.reading.Numbers;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.text.Counted;

/**
 * A frame's label by one or several models: their mean, and of several their population standard
 * deviation, as {@code dp model-devi} takes it, as the label's own.
 */
final class EnsembleLabel {
  private EnsembleLabel() {}

  /**
   * @param models predictions of one frame
   * @param trust eV/Å: above this {@code max_devi_f} the frame gets no label; NaN for no limit
   */
  static LabelResult of(Prediction[] models, double trust) {
    int atoms = models[0].force().length / 3;
    double energy = 0;
    double[] force = new double[3 * atoms];
    double[] virial = new double[9];
    for (Prediction model : models) {
      energy += model.energy() / models.length;
      addTo(force, model.force(), models.length);
      addTo(virial, model.virial(), models.length);
    }
    Labels mean = new Labels(energy, force, virial);
    if (!finite(mean)) {
      return LabelResult.failed(TaskOutcome.CRASHED, "the teacher gives NaN");
    }
    if (models.length == 1) {
      return LabelResult.finished(mean);
    }
    FrameDeviation spread = Deviation.of(models);
    if (spread.maxDeviF() > trust) {
      return LabelResult.failed(
          TaskOutcome.UNCONVERGED,
          String.format(
              Locale.ROOT,
              "the %s' forces differ: max_devi_f %.4g eV/Å, above teacher_trust %s",
              Counted.of(models.length, "teacher"),
              spread.maxDeviF(),
              Numbers.text(trust)));
    }
    double[] component = spread.atomDeviF().clone(); // of the vector: √3 times that of a component
    for (int atom = 0; atom < atoms; atom++) {
      component[atom] /= Math.sqrt(3);
    }
    return LabelResult.finished(mean, new Certainty(true, spread.deviE() * atoms, component));
  }

  private static void addTo(double[] mean, double[] values, int count) {
    for (int k = 0; k < mean.length; k++) {
      mean[k] += values[k] / count;
    }
  }

  private static boolean finite(Labels labels) {
    double sum = labels.energy();
    for (double value : labels.force()) {
      sum += value;
    }
    for (double value : labels.virial()) {
      sum += value;
    }
    return Double.isFinite(sum);
  }
}
