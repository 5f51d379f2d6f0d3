package org.dpsieve.uncertainty;

import java.util.Arrays;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;

/**
 * How far the models of an ensemble are expected to be off on one frame, root mean square over the
 * models: by what they say beside the label that is predicted from the frame's old one, and how far
 * off that may be in turn. What a frame has no old label for, or what cannot be predicted, is
 * expected as the posterior alone has it.
 *
 * @param energy eV per atom
 * @param force eV/Å, largest over the atoms; of an atom the square root of the sum over its three
 *     components
 * @param rmsForce eV/Å, root mean square over all components
 */
public record ExpectedError(double energy, double force, double rmsForce) {
  /**
   * Root mean square errors over root mean square standard deviations, on labels left out: see
   * {@link Reliability.Of#scale()}.
   */
  public record Scale(double energy, double force) implements java.io.Serializable {
    public static Scale of(Reliability found) {
      return new Scale(found.energy().scale(), found.force().scale());
    }
  }

  /**
   * @param sigma what models say, and their standard deviations
   * @param ownScale of these
   * @param label predicted
   * @param scale of its standard deviations
   */
  public static ExpectedError of(
      FrameSigma sigma, Scale ownScale, PredictedLabels label, Scale scale) {
    Labels said = label.labels();
    boolean energies =
        said.energy() != null && Double.isFinite(said.energy() + label.energySigma());
    boolean forces =
        said.force() != null
            && Arrays.stream(said.force()).allMatch(Double::isFinite)
            && Double.isFinite(label.forceSigma()[0]);
    double energy =
        energies
            ? Math.hypot(offEnergy(sigma, said.energy()), scale.energy() * label.energySigma())
            : ownScale.energy() * sigma.energy();
    if (!forces) {
      return new ExpectedError(
          energy, ownScale.force() * sigma.force(), ownScale.force() * sigma.rmsForce());
    }
    Prediction[] models = sigma.models();
    double largest = 0;
    double sum = 0;
    int atoms = label.forceSigma().length;
    for (int atom = 0; atom < atoms; atom++) {
      double component = scale.force() * label.forceSigma()[atom];
      double square = 3 * component * component;
      for (Prediction model : models) {
        for (int c = 3 * atom; c < 3 * atom + 3; c++) {
          double off = model.force()[c] - said.force()[c];
          square += off * off / models.length;
        }
      }
      largest = Math.max(largest, square);
      sum += square;
    }
    return new ExpectedError(energy, Math.sqrt(largest), Math.sqrt(sum / (3 * atoms)));
  }

  /** Root mean square over the models, eV per atom. */
  private static double offEnergy(FrameSigma sigma, double label) {
    double square = 0;
    for (Prediction model : sigma.models()) {
      double off = (model.energy() - label) / (model.force().length / 3.0);
      square += off * off / sigma.models().length;
    }
    return Math.sqrt(square);
  }
}
