package org.dpsieve.d3;

import java.util.Locale;
import org.dpsieve.error.InputException;

/** How dispersion is switched off where electrons overlap. */
public enum Damping {
  /** To zero, by Chai and Head-Gordon; doi:10.1063/1.3382344. */
  ZERO,
  /** To a finite value, rational, by Becke and Johnson; doi:10.1002/jcc.21759. */
  BJ;

  /** Of its name in any case, {@code zero} or {@code bj}. */
  public static Damping of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "zero" -> ZERO;
      case "bj" -> BJ;
      default ->
          throw new InputException("D3: unknown damping '%s', expected zero or bj".formatted(name));
    };
  }

  /** {@code zero} or {@code bj}, as on the command line and in the resource. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
