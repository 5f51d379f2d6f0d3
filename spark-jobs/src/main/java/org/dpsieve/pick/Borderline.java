package org.dpsieve.pick;

import java.io.Serializable;

/**
 * Frames whose class or place in order hangs on the last digits of a deviation: in single precision
 * they are evaluated again in double, so that the precision changes neither classes nor picks.
 *
 * @param ranked whether candidates are picked by the size of their deviation: all of them count
 *     then
 */
public record Borderline(TrustLevels levels, boolean ranked) implements Serializable {
  /** No frame at all: nothing is decided. */
  public static final Borderline NONE =
      new Borderline(new TrustLevels(TrustBand.OFF, TrustBand.OFF), false);

  /** By disagreement alone: eV/Å and eV per atom. */
  public boolean holds(double maxDeviF, double deviE) {
    return holds(maxDeviF, deviE, 0, 0);
  }

  /** As {@link TrustLevels#classify(double, double, double, double)}. */
  public boolean holds(double maxDeviF, double deviE, double trueErrorF, double trueErrorE) {
    return levels.force().near(maxDeviF)
        || levels.energy().near(deviE)
        || levels.trueForce().near(trueErrorF)
        || levels.trueEnergy().near(trueErrorE)
        || (ranked
            && levels.classify(maxDeviF, deviE, trueErrorF, trueErrorE) == FrameClass.CANDIDATE);
  }
}
