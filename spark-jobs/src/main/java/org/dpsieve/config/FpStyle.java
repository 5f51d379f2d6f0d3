package org.dpsieve.config;

import java.util.Locale;

/** {@code fp_style}: what gives a frame its new label. */
public enum FpStyle {
  /** Nothing: the pool is labelled. */
  NONE,
  /** Task folders for VASP. */
  VASP,
  /** DFT-D3 added to the stored label, in this process. */
  D3;

  /** As files spell it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
