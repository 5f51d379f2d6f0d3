package org.dpsieve.spark.pick;

import java.util.List;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;

/** All picking strategies. */
public final class PickStrategies {
  private static final List<PickStrategy> ALL = List.of(new RandomPick());

  private PickStrategies() {}

  /** By {@code pick_strategy}. */
  public static PickStrategy named(String key) {
    return ALL.stream()
        .filter(strategy -> strategy.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "pick_strategy: unknown value '%s'; known: %s"
                        .formatted(
                            key,
                            ALL.stream()
                                .map(PickStrategy::key)
                                .collect(Collectors.joining(", ")))));
  }
}
