package org.dpsieve.pick;

import java.util.Locale;

/** What the ensemble's disagreement says of a frame. */
public enum FrameClass {
  /** Every deviation below its lower trust level: the models know this frame. */
  ACCURATE,
  /** Worth a label. */
  CANDIDATE,
  /** A deviation at or above its upper trust level, or not a number: not to be trusted at all. */
  FAILED;

  /** As tables and reports spell it: lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
