package org.dpsieve.loop;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.config.TargetError;

/**
 * What the loop itself decides by.
 *
 * @param keys what it is known by; all else may be changed between two starts and leaves no trace
 * @param trust the trust levels in one line, as one compares them
 * @param initData whether there are labelled frames to train on in iteration 0
 * @param trainMin fewer new labels than this put a training off
 * @param accurateForGood whether a frame that was accurate once never comes back, as in DP-GEN
 */
public record Settings(
    RunKeys keys,
    String trust,
    boolean initData,
    int initPickNumber,
    int iterPickNumber,
    OptionalInt taskMax,
    int trainMin,
    double ratioFailed,
    OptionalInt maxIter,
    OptionalInt labelBudget,
    Optional<TargetError> targetError,
    boolean accurateForGood) {
  /**
   * Of a run's configuration.
   *
   * @param workdir paths below or beside it are kept relative, so that the whole may be moved
   */
  public static Settings of(RunConfig run, Workdir workdir) {
    SimplifyConfig config = run.simplify();
    return new Settings(
        RunKeys.of(run, workdir),
        config.trust().text(),
        !config.pool().initData().isEmpty(),
        config.pick().initPickNumber(),
        config.pick().iterPickNumber(),
        config.label().taskMax(),
        config.train().fpTaskMin(),
        config.label().ratioFailed(),
        config.pick().maxIter(),
        config.pick().labelBudget(),
        config.pick().targetError(),
        config.pick().accurateForGood());
  }

  /** With changes that the user answers for. */
  public Settings accepting(Set<String> keys) {
    return new Settings(
        this.keys.accepting(keys),
        trust,
        initData,
        initPickNumber,
        iterPickNumber,
        taskMax,
        trainMin,
        ratioFailed,
        maxIter,
        labelBudget,
        targetError,
        accurateForGood);
  }

  /** Most frames an iteration may label. */
  int atMost(int iteration) {
    return Math.min(
        iteration == 0 ? initPickNumber : iterPickNumber, taskMax.orElse(Integer.MAX_VALUE));
  }

  /** Whether errors are expected where {@code target_error} wants them. */
  boolean reached(Facts.Expected expected) {
    if (targetError.isEmpty() || expected == null) {
      return false;
    }
    TargetError target = targetError.get();
    // an expectation that is NaN is below nothing
    return below(expected.energy(), target.energy())
        && below(expected.force(), target.force())
        && (target.property().isEmpty() || below(expected.property(), target.property()));
  }

  private static boolean below(double expected, OptionalDouble target) {
    return target.isEmpty() || expected < target.getAsDouble();
  }
}
