package org.dpsieve.loop;

import java.util.List;

/** The run cannot go on by itself; a person decides. Nothing is broken. */
public final class StalledException extends RuntimeException {
  private final List<Facts.Failure> failures;

  /**
   * @param message what is the matter and what the choices are
   */
  public StalledException(String message) {
    this(message, List.of());
  }

  /**
   * @param failures the frames that got no label
   */
  public StalledException(String message, List<Facts.Failure> failures) {
    super(message);
    this.failures = List.copyOf(failures);
  }

  public List<Facts.Failure> failures() {
    return failures;
  }
}
