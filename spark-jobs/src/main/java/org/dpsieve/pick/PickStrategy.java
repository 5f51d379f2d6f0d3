package org.dpsieve.pick;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code pick_strategy}: which of the candidates are picked. */
public enum PickStrategy {
  /** Uniformly, as DP-GEN does. */
  RANDOM,
  /** The largest force deviation first. */
  DEVIATION,
  /** Each composition in turn. */
  STRATIFIED,
  /** The farthest from all others in feature space. */
  DIVERSE,
  /** What labels so far say least about. */
  INFORMATION;

  /** As {@code simplify.json} spells it: lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All of them. */
  public static List<String> keys() {
    return Arrays.stream(values()).map(PickStrategy::key).toList();
  }

  /** By its key; empty when there is none of that name. */
  public static Optional<PickStrategy> named(String key) {
    return Arrays.stream(values()).filter(strategy -> strategy.key().equals(key)).findFirst();
  }

  /** Whether it compares frames by what the first model makes of them. */
  public boolean needsFeatures() {
    return this == DIVERSE || this == INFORMATION;
  }

  /** The others, for messages. */
  public static String withoutFeatures() {
    return Arrays.stream(values())
        .filter(strategy -> !strategy.needsFeatures())
        .map(PickStrategy::key)
        .collect(Collectors.joining(", "));
  }
}
