package org.dpsieve.config;

import java.util.Optional;
import java.util.OptionalInt;
import org.dpsieve.pick.PickStrategy;

/**
 * How many frames are picked, and when the run ends.
 *
 * @param seed {@code seed}: the only source of randomness of a run
 * @param initPickNumber {@code init_pick_number}: frames of iteration 0
 * @param iterPickNumber {@code iter_pick_number}: most frames of a later iteration
 * @param strategy {@code pick_strategy}
 * @param initStrategy {@code init_pick_strategy}: the same of iteration 0
 * @param maxIter {@code max_iter}: the run ends after this many iterations with picks, iteration 0
 *     included, and can be continued with a larger number; empty for no limit
 * @param labelBudget {@code label_budget}: most frames labelled in the whole run; empty for no
 *     limit
 * @param targetError {@code target_error}
 * @param accurateForGood {@code accurate_for_good}: a frame that was accurate once never comes back
 */
public record PickConfig(
    long seed,
    int initPickNumber,
    int iterPickNumber,
    PickStrategy strategy,
    PickStrategy initStrategy,
    OptionalInt maxIter,
    OptionalInt labelBudget,
    Optional<TargetError> targetError,
    boolean accurateForGood) {
  /** The seed of a run whose file names none. */
  public static final long DEFAULT_SEED = 0;

  /** What is noted then. */
  static final String NO_SEED = "seed: not given, %d is used".formatted(DEFAULT_SEED);

  public PickConfig withSeed(long other) {
    return new PickConfig(
        other,
        initPickNumber,
        iterPickNumber,
        strategy,
        initStrategy,
        maxIter,
        labelBudget,
        targetError,
        accurateForGood);
  }

  public PickConfig withMaxIter(int other) {
    return new PickConfig(
        seed,
        initPickNumber,
        iterPickNumber,
        strategy,
        initStrategy,
        OptionalInt.of(other),
        labelBudget,
        targetError,
        accurateForGood);
  }
}
