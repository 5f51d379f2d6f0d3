package org.dpsieve.model;

import java.util.Arrays;
import java.util.Objects;

/** Questions about many nets. */
final class Networks {
  private Networks() {}

  /** Outputs of the nets that are there: all have as many. */
  static int width(Network[][] nets) {
    return Arrays.stream(nets)
        .flatMap(Arrays::stream)
        .filter(Objects::nonNull)
        .mapToInt(Network::outputSize)
        .findFirst()
        .orElse(0);
  }
}
