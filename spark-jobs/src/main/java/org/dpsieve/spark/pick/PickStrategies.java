package org.dpsieve.spark.pick;

import java.util.List;
import java.util.function.Supplier;
import org.dpsieve.error.InputException;

/** All picking strategies. */
public final class PickStrategies {
  /** As {@code pick_strategy} names them. */
  public static final List<String> KEYS =
      List.of("random", "deviation", "stratified", "diverse", "information");

  private PickStrategies() {}

  /** By {@code pick_strategy}; only those that need nothing but the candidates' rows. */
  public static PickStrategy named(String key) {
    return named(
        key,
        () -> {
          throw new InputException(
              "pick_strategy: '%s' compares the frames themselves, which is not done here; possible: random, deviation"
                  .formatted(key));
        });
  }

  /**
   * By {@code pick_strategy}.
   *
   * @param context asked for only by strategies that need it
   */
  public static PickStrategy named(String key, Supplier<PickContext> context) {
    return switch (key) {
      case "random" -> new RandomPick();
      case "deviation" -> new DeviationPick();
      case StratifiedPick.KEY -> new StratifiedPick(context.get());
      case "diverse" -> new FeaturePick(FeaturePick.Order.DIVERSE, context.get());
      case "information" -> new FeaturePick(FeaturePick.Order.INFORMATION, context.get());
      default ->
          throw new InputException(
              "pick_strategy: unknown value '%s'; known: %s"
                  .formatted(key, String.join(", ", KEYS)));
    };
  }
}
