package org.dpsieve.spark.pick;

import java.util.List;
import java.util.function.Supplier;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.GemmFeatures;

/** All picking strategies. */
public final class PickStrategies {
  /** As {@code pick_strategy} names them. */
  public static final List<String> KEYS =
      List.of("random", "deviation", "stratified", "diverse", "information");

  private static final List<String> BY_FEATURES = List.of("diverse", "information");

  private PickStrategies() {}

  /**
   * Before work that takes long.
   *
   * @param model what features are taken from; asked for only where the strategy needs them
   * @throws InputException when there is no such strategy, or the model has no features to compare
   *     frames by
   */
  public static void check(String key, Supplier<DeepPotential> model) {
    if (!KEYS.contains(key)) {
      throw new InputException(
          "pick_strategy: unknown value '%s'; known: %s".formatted(key, String.join(", ", KEYS)));
    }
    if (BY_FEATURES.contains(key)) {
      try {
        GemmFeatures.requireSolvable(model.get());
      } catch (UnsupportedModelException e) {
        throw new InputException(
            "pick_strategy: '%s' compares frames by the first model's hidden layers, which cannot be had (%s); possible: random, deviation, stratified"
                .formatted(key, e.getMessage()),
            e);
      }
    }
  }

  /**
   * By {@code pick_strategy}.
   *
   * @param key one of {@link #KEYS}
   * @param context asked for only by strategies that need it
   */
  public static PickOrder named(String key, Supplier<PickContext> context) {
    return switch (key) {
      case "random" -> new RandomPick();
      case "deviation" -> new DeviationPick();
      case StratifiedPick.KEY -> new StratifiedPick(context.get());
      case "diverse" -> new FeaturePick(FeaturePick.Order.DIVERSE, context.get());
      case "information" -> {
        PickContext known = context.get();
        yield new FeaturePick(
            known.change() ? FeaturePick.Order.CHANGE : FeaturePick.Order.INFORMATION, known);
      }
      default -> throw new IllegalArgumentException("no strategy " + key);
    };
  }
}
