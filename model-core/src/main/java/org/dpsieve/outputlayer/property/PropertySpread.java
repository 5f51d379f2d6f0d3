package org.dpsieve.outputlayer.property;

import java.io.Serializable;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.model.PropertyHead.Form;

/**
 * How far off a model of a property may be.
 *
 * @param design rows of frames
 * @param posterior what labels leave open
 * @param noise of the labels about what the features can say, [components], in their unit
 * @param quantile how many standard deviations 95 of 100 errors on frames left out are within
 */
public record PropertySpread(
    PropertyDesign design, PropertyPosterior posterior, double[] noise, double quantile)
    implements Serializable {

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
}
