package org.dpsieve.pick;

import com.fasterxml.jackson.annotation.JsonIgnore;
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

  /** What single precision may err by: this, in eV/Å or eV per atom, ... */
  private static final double SINGLE_ERROR = 2e-4;

  /** ... or this part of the value where that is more. */
  private static final double SINGLE_RELATIVE = 1e-3;

  /** Whether no deviation that occurs can reach it. */
  @JsonIgnore
  public boolean isOff() {
    return lo >= OFF.lo && hi >= OFF.hi;
  }

  /** As settings are shown and compared: {@code 0.2 to 0.35}, or {@code off}. */
  public String text() {
    return isOff() ? "off" : lo + " to " + hi;
  }

  /** Whether a value of single precision may belong on the other side of a level. */
  boolean near(double value) {
    return near(value, lo) || near(value, hi);
  }

  private static boolean near(double value, double level) {
    return Math.abs(value - level) <= Math.max(SINGLE_ERROR, SINGLE_RELATIVE * Math.abs(value));
  }

  boolean failed(double value) {
    return value >= hi || Double.isNaN(value);
  }

  boolean candidate(double value) {
    return value >= lo && value < hi;
  }
}
