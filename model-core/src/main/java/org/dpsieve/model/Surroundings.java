package org.dpsieve.model;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Which neighbors a descriptor sees, and its switched inverse distance of each. A row of the
 * environment matrix of a neighbor at distance r is w (1/(r + p), x/(r + p)², y/(r + p)², z/(r +
 * p)²), w the switch and p the protection ({@code deepmd/dpmodel/utils/env_mat.py}).
 *
 * @param smoothing w: 1 up to {@code rcut_smth}, 0 from {@code rcut}
 * @param protection p, {@code env_protection}, Å; usually 0
 * @param sel largest number of neighbors kept of each type, nearest first; [nTypes]
 * @param total largest number of all types together; {@link Integer#MAX_VALUE} where only {@code
 *     sel} counts
 */
public record Surroundings(SmoothSwitch smoothing, double protection, int[] sel, int total)
    implements Serializable {
  /** Of a descriptor that limits each type by itself. */
  public static Surroundings byType(SmoothSwitch smoothing, double protection, int[] sel) {
    return new Surroundings(smoothing, protection, sel, Integer.MAX_VALUE);
  }

  /** Of a descriptor that limits all types together. */
  public static Surroundings mixed(SmoothSwitch smoothing, double protection, int sel, int types) {
    int[] each = new int[types];
    Arrays.fill(each, sel);
    return new Surroundings(smoothing, protection, each, sel);
  }

  /** Cutoff radius, Å. */
  public double rcut() {
    return smoothing.end();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Surroundings that
        && smoothing.equals(that.smoothing)
        && protection == that.protection
        && Arrays.equals(sel, that.sel)
        && total == that.total;
  }

  @Override
  public int hashCode() {
    return smoothing.hashCode() + 31 * Arrays.hashCode(sel);
  }
}
