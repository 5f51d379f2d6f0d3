package org.dpsieve.label;

/** Something in an output that is not understood; a reader makes an outcome of it. */
public final class UnexpectedText extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnexpectedText(String message) {
    super(message, null, false, false);
  }
}
