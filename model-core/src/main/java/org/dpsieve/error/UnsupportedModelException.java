package org.dpsieve.error;

/**
 * A model uses a feature that is not understood; the message names the file and the feature. Never
 * a wrong number.
 */
public class UnsupportedModelException extends InputException {
  public UnsupportedModelException(String message) {
    super(message);
  }
}
