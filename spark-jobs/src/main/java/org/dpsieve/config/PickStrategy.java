package org.dpsieve.config;

/** {@code pick_strategy}: which of the candidates are picked. */
public enum PickStrategy {
  /** Uniformly, as DP-GEN does. */
  RANDOM
}
