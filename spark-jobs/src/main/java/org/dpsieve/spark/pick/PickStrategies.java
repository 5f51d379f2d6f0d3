package org.dpsieve.spark.pick;

import java.util.function.Supplier;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.pick.Measure;
import org.dpsieve.pick.PickStrategy;

/** What each {@link PickStrategy} does. */
public final class PickStrategies {
  private PickStrategies() {}

  /**
   * Before work that takes long.
   *
   * @param model what features are taken from; asked for only where the strategy needs them
   * @throws InputException when the model has no features to compare frames by
   */
  public static void check(PickStrategy strategy, Supplier<DeepPotential> model) {
    if (!strategy.needsFeatures()) {
      return;
    }
    try {
      OutputParameters.requireSolvable(model.get());
    } catch (UnsupportedModelException e) {
      throw new InputException(
          "pick_strategy: '%s' compares frames by the first model's hidden layers, which cannot be had (%s); possible: %s"
              .formatted(strategy.key(), e.getMessage(), PickStrategy.withoutFeatures()),
          e);
    }
  }

  /**
   * The order that a strategy picks in.
   *
   * @param context asked for only by strategies that need it
   */
  public static PickOrder of(PickStrategy strategy, Supplier<PickContext> context) {
    return of(strategy, Measure.FORCE, context);
  }

  /** The same where frames are picked by another number. */
  public static PickOrder of(
      PickStrategy strategy, Measure measure, Supplier<PickContext> context) {
    return switch (strategy) {
      case RANDOM -> new RandomPick();
      case DEVIATION -> new DeviationPick(measure);
      case STRATIFIED -> new StratifiedPick(context.get());
      case DIVERSE -> new FeaturePick(FeaturePick.Order.DIVERSE, context.get());
      case INFORMATION -> {
        PickContext known = context.get();
        yield new FeaturePick(
            known.change() ? FeaturePick.Order.CHANGE : FeaturePick.Order.INFORMATION, known);
      }
    };
  }
}
