package org.dpsieve.label.vasp;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.dpsieve.label.ConvergenceSettings;
import org.dpsieve.label.ConvergenceSettings.Parts;

/** Which settings of an INCAR decide how a calculation converges, and which the level of theory. */
final class IncarParts {
  private static final Set<String> KEYS =
      Set.of(
          "NELM",
          "NELMIN",
          "NELMDL",
          "AMIX",
          "BMIX",
          "AMIX_MAG",
          "BMIX_MAG",
          "AMIN",
          "IMIX",
          "INIMIX",
          "MAXMIX",
          "MIXPRE",
          "WC",
          "TIME",
          "NCORE",
          "NPAR",
          "KPAR",
          "NSIM",
          "LPLANE",
          "LSCALAPACK",
          "LSCALU",
          "LASYNC",
          "LWAVE",
          "LCHARG",
          "LVTOT",
          "LVHAR",
          "LELF",
          "NWRITE",
          "SYSTEM",
          "ISTART",
          "INIWAV");

  /** Ways to the same ground state; others of ALGO calculate something else. */
  private static final Set<String> GROUND_STATE =
      Set.of("NORMAL", "N", "FAST", "F", "VERYFAST", "V", "ALL", "A", "DAMPED", "D");

  private IncarParts() {}

  static Parts of(Path file) {
    Parts parts = new Parts();
    Incar.parse(file.toString(), ConvergenceSettings.text(file))
        .settings()
        .forEach((key, value) -> parts.put(isConvergence(key, value), key, value));
    return parts;
  }

  private static boolean isConvergence(String key, String value) {
    return KEYS.contains(key)
        || (key.equals("ALGO") && GROUND_STATE.contains(value.toUpperCase(Locale.ROOT)));
  }
}
