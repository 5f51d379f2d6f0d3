package org.dpsieve.kernel.reference;

import org.dpsieve.frame.Frame;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.model.PropertyModel;

/**
 * A model of a property in plain loops: the definition of its numbers, as {@link ReferenceModel}.
 */
public final class ReferenceProperty {
  private final PropertyModel model;
  private final ReferenceModel body;

  public ReferenceProperty(PropertyModel model) {
    this.model = model;
    this.body = new ReferenceModel(model.body());
  }

  /**
   * @throws org.dpsieve.error.InputException as {@link ReferenceModel#evaluate} does
   */
  public PropertyPrediction evaluate(Frame frame) {
    AtomFeatures features = body.features(frame);
    return PropertyEnsemble.prediction(model.head(), features);
  }
}
