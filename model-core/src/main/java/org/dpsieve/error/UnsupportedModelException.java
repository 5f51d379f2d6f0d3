package org.dpsieve.error;

/**
 * A model uses a feature that is not understood; the message names the file and the feature. Never
 * a wrong number.
 */
public class UnsupportedModelException extends InputException {
  private static final long serialVersionUID = 1;

  private final String feature;

  public UnsupportedModelException(String feature) {
    this(feature, "");
  }

  /**
   * @param feature the file and what of it is not understood
   * @param advice how the message ends: who may know the model
   */
  public UnsupportedModelException(String feature, String advice) {
    super(feature + advice);
    this.feature = feature;
  }

  /** The message without advice. */
  public String feature() {
    return feature;
  }
}
