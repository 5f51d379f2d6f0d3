package org.dpsieve.outputlayer.property;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.model.PropertyModel;

/**
 * A model of a property, and how sure it is.
 *
 * @param model with the new output layer
 * @param bias of the labels by type, [types][components]
 * @param deviation of the labels, what is left of them without the biases, [components]
 * @param spread how sure it is
 * @param frames labelled
 * @param ridge as a part of the largest eigenvalue
 * @param usesOld whether labels at another level have a part in it
 * @param loss mean square of standardised errors on frames left out
 * @param leftOut what it would have said of the labels left out
 * @param tried what it may stand on, with the error on frames left out
 */
public record PropertySolution(
    PropertyModel model,
    double[][] bias,
    double[] deviation,
    PropertySpread spread,
    int frames,
    double ridge,
    boolean usesOld,
    double loss,
    LeftOut leftOut,
    List<Tried> tried) {
  private static final double COVERED = 0.95;

  /**
   * @param error root mean square of standardised errors: 1 is as good as knowing the mean
   */
  public record Tried(String basis, boolean usesOld, double error) {}

  /**
   * Labels of frames (or atoms), each left out in turn, in their unit; row-major [rows,
   * components].
   *
   * @param error label less what the others say of it
   * @param sigma standard deviation that is expected of it
   */
  public record LeftOut(int components, double[] label, double[] error, double[] sigma) {
    /** Root mean square error of each component. */
    public double[] rmse() {
      double[] square = new double[components];
      for (int k = 0; k < error.length; k++) {
        square[k % components] += error[k] * error[k] * components / error.length;
      }
      return Arrays.stream(square).map(Math::sqrt).toArray();
    }
  }

  /**
   * @param labels of the rows, in their unit, [rows][components]
   */
  static PropertySolution of(
      PropertyModel model,
      PropertyDesign design,
      PropertyFit fit,
      LabelStandard standard,
      List<double[]> labels,
      int frames) {
    boolean own = design.form() == Form.INVARIANT;
    double[] deviation = standard.deviation();
    int components = own ? deviation.length : design.rows();
    double[] label = labels.stream().flatMapToDouble(Arrays::stream).toArray();
    double[] error = new double[label.length];
    double[] sigma = new double[label.length];
    double[] noise = new double[components];
    for (int k = 0; k < label.length; k++) {
      int c = k % components;
      error[k] = fit.left().errors()[k] * deviation[own ? c : 0];
      sigma[k] = fit.left().spread()[own ? k / components : k];
      noise[c] += Math.pow(error[k] / sigma[k], 2) * components / label.length;
    }
    for (int c = 0; c < components; c++) {
      noise[c] = Math.sqrt(noise[c]);
    }
    double[] ratios = new double[label.length];
    for (int k = 0; k < label.length; k++) {
      sigma[k] *= noise[k % components];
      ratios[k] = sigma[k] > 0 ? Math.abs(error[k]) / sigma[k] : 0;
    }
    Arrays.sort(ratios);
    // of so many errors the one that the next is below with this chance
    int place = (int) Math.ceil(COVERED * (ratios.length + 1)) - 1;
    double quantile = ratios[Math.min(ratios.length - 1, place)];
    return new PropertySolution(
        model,
        standard.bias(),
        deviation,
        new PropertySpread(design, fit.posterior(), noise, quantile),
        frames,
        fit.ridge(),
        fit.usesOld(),
        fit.loss(),
        new LeftOut(components, label, error, sigma),
        List.of());
  }

  PropertySolution with(List<Tried> all) {
    return new PropertySolution(
        model, bias, deviation, spread, frames, ridge, usesOld, loss, leftOut, List.copyOf(all));
  }

  /** Root mean square error on frames left out over all components, in their unit. */
  public double error() {
    return Math.sqrt(Arrays.stream(leftOut.error()).map(e -> e * e).average().orElse(Double.NaN));
  }
}
