package org.dpsieve.label;

import java.util.Locale;

/** How the labelling of one frame ended. */
public enum TaskOutcome {
  /** With a label. */
  FINISHED,
  /** The calculation ran to its end without reaching self-consistency. */
  UNCONVERGED,
  /** The program stopped before its end. */
  CRASHED,
  /** An output file is not there, or empty. */
  MISSING_OUTPUT,
  /** An output file says something that is not understood, or of another frame. */
  UNPARSABLE,
  /** Stopped by its time limit. */
  TIMED_OUT;

  /** As tables and reports spell it: {@code missing output}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
