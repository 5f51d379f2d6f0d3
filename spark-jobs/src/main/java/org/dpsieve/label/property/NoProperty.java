package org.dpsieve.label.property;

import org.dpsieve.label.TaskOutcome;

/** A calculation has no value of the property. */
final class NoProperty extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final TaskOutcome outcome;

  NoProperty(TaskOutcome outcome, String reason) {
    super(reason);
    this.outcome = outcome;
  }

  TaskOutcome outcome() {
    return outcome;
  }
}
