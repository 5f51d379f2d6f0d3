package org.dpsieve.config;

import java.util.Locale;

/** {@code backend} of a section of machine.json: where the step runs. */
public enum Backend {
  /** Here. */
  LOCAL,
  /** In Spark's executors. */
  SPARK,
  /** A scheduler's queue, by dpdispatcher. */
  DPDISPATCHER;

  /** As files spell it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
