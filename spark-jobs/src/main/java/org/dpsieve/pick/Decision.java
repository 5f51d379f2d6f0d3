package org.dpsieve.pick;

import java.util.Locale;

/** What an iteration does with a frame of its pool. */
public enum Decision {
  /** Goes to be labelled; leaves the pool unless its label fails. */
  PICKED,
  /** A candidate for which there was no room; stays in the pool. */
  REST,
  /** Known well enough; leaves the pool for good, as in DP-GEN. */
  ACCURATE,
  /** Not to be trusted, so not labelled either; stays in the pool. */
  FAILED,
  /** Would be candidate or failed, but is unfit to be labelled; leaves the pool for good. */
  SKIPPED;

  /** As tables and reports spell it: lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
