package org.dpsieve.outputlayer.property;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.model.PropertyModel;

/**
 * A model of a property, and how sure it is.
 *
 * @param model with the new output layer
 * @param bias of the labels by type, [types][components]
 * @param deviation of the labels, what is left of them without the biases, [components]
 * @param design rows of frames
 * @param posterior what labels leave open
 * @param frames labelled
 * @param ridge as a part of the largest eigenvalue
 * @param usesOld whether labels at another level have a part in it
 * @param loss mean square of standardised errors on frames left out
 * @param leftOut root mean square error of each component on frames left out, in its unit
 * @param noise of the labels about what the features can say, [components], in its unit
 * @param quantile how many standard deviations 95 of 100 errors on frames left out are within
 * @param tried what it may stand on, with the error on frames left out
 */
public record PropertySolution(
    PropertyModel model,
    double[][] bias,
    double[] deviation,
    PropertyDesign design,
    PropertyPosterior posterior,
    int frames,
    double ridge,
    boolean usesOld,
    double loss,
    double[] leftOut,
    double[] noise,
    double quantile,
    List<Tried> tried) {
  private static final double COVERED = 0.95;

  /**
   * @param error root mean square of standardised errors: 1 is as good as knowing the mean
   */
  public record Tried(String basis, boolean usesOld, double error) {}

  static PropertySolution of(
      PropertyModel model,
      PropertyDesign design,
      PropertyFit fit,
      LabelStandard standard,
      int frames) {
    boolean own = design.form() == Form.INVARIANT;
    double[] deviation = standard.deviation();
    int components = own ? deviation.length : design.rows();
    int rows = fit.left().errors().length / components;
    double[] square = new double[components];
    double[] noise = new double[components];
    double[] ratios = new double[rows * components];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < components; c++) {
        double error = fit.left().errors()[row * components + c] * deviation[own ? c : 0];
        double spread = fit.left().spread()[own ? row : row * components + c];
        square[c] += error * error / rows;
        noise[c] += error * error / (spread * spread) / rows;
      }
    }
    for (int c = 0; c < components; c++) {
      square[c] = Math.sqrt(square[c]);
      noise[c] = Math.sqrt(noise[c]);
    }
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < components; c++) {
        double error = fit.left().errors()[row * components + c] * deviation[own ? c : 0];
        double spread = fit.left().spread()[own ? row : row * components + c];
        double sigma = noise[c] * spread;
        ratios[row * components + c] = sigma > 0 ? Math.abs(error) / sigma : 0;
      }
    }
    Arrays.sort(ratios);
    // of so many errors the one that the next is below with this chance
    int place = (int) Math.ceil(COVERED * (ratios.length + 1)) - 1;
    double quantile = ratios[Math.min(ratios.length - 1, place)];
    return new PropertySolution(
        model,
        standard.bias(),
        deviation,
        design,
        fit.posterior(),
        frames,
        fit.ridge(),
        fit.usesOld(),
        fit.loss(),
        square,
        noise,
        quantile,
        List.of());
  }

  PropertySolution with(List<Tried> all) {
    return new PropertySolution(
        model,
        bias,
        deviation,
        design,
        posterior,
        frames,
        ridge,
        usesOld,
        loss,
        leftOut,
        noise,
        quantile,
        List.copyOf(all));
  }

  /**
   * Standard deviation of the model's error on a frame, by component, in its unit; {@link
   * #quantile} of them are the half width of a 95 % interval.
   *
   * @param features of the frame by the model's body
   */
  public double[] sigma(AtomFeatures features) {
    double[] spread = posterior.spread(design.ofFrame(features));
    double[] sigma = new double[noise.length];
    for (int c = 0; c < sigma.length; c++) {
      sigma[c] = noise[c] * spread[design.form() == Form.INVARIANT ? 0 : c];
    }
    return sigma;
  }

  /** Root mean square error on frames left out over all components, in their unit. */
  public double error() {
    return Math.sqrt(Arrays.stream(leftOut).map(e -> e * e).average().orElse(Double.NaN));
  }
}
