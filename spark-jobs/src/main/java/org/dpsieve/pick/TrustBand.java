package org.dpsieve.pick;

import java.io.Serializable;

/**
 * The two trust levels of one deviation, in its unit.
 *
 * @param lo from here on (inclusive) a frame is a candidate
 * @param hi from here on (inclusive) a frame is failed; with {@code hi <= lo} no value makes a
 *     candidate
 */
public record TrustBand(double lo, double hi) implements Serializable {
  /** DP-GEN's defaults: levels that no deviation reaches. */
  public static final TrustBand OFF = new TrustBand(1e10, 1e10);

  /** Whether no deviation that occurs can reach it. */
  public boolean isOff() {
    return lo >= OFF.lo && hi >= OFF.hi;
  }

  boolean failed(double value) {
    return value >= hi || Double.isNaN(value);
  }

  boolean candidate(double value) {
    return value >= lo && value < hi;
  }
}
