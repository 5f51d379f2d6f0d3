package org.dpsieve.config;

import java.util.Locale;

/** {@code engine} of a section of machine.json: who does the step. */
public enum Engine {
  /** The output layer solved here; training only. */
  OUTPUT_LAYER,
  /** Our kernels; deviation only. */
  JVM,
  /** DeePMD-kit's own program. */
  DP,
  /** Its {@code dp change-bias}: the energies of atoms alone; training only. */
  CHANGE_BIAS,
  /** A labeller inside this process. */
  EMBEDDED,
  /** Task folders for another program, named by {@code command}. */
  COMMAND;

  /** Whether a program of DeePMD-kit's trains. */
  boolean isDeepmdKit() {
    return this == DP || this == CHANGE_BIAS;
  }

  /** As files spell it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
