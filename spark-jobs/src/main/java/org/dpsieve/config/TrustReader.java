package org.dpsieve.config;

import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Numbers;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.pick.TrustLevels;

/** The trust levels. */
final class TrustReader {
  private final Block file;
  private final Problems problems;

  TrustReader(Block file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** Those of a run for energies. */
  TrustLevels read(boolean labeled) {
    TrustLevels trust =
        new TrustLevels(
            band("model_devi_f_trust", "eV/Å"),
            band("model_devi_e_trust"),
            band("true_error_f_trust"),
            band("true_error_e_trust"));
    if (trust.usesTrueError() && !labeled) {
      problems.error(
          "%s: true_error_* compares the models with the labels in pick_data, which are the old ones while labeled is false; remove these keys or set labeled to true"
              .formatted(file.file().path().getFileName()));
    }
    return trust;
  }

  /** Levels that have to be there. */
  TrustBand band(String stem, String unit) {
    boolean lo = file.require(stem + "_lo", "a number, " + unit);
    boolean hi = file.require(stem + "_hi", "a number, " + unit);
    return lo && hi ? band(stem) : new TrustBand(level(stem + "_lo"), level(stem + "_hi"));
  }

  private TrustBand band(String stem) {
    double lo = level(stem + "_lo");
    double hi = level(stem + "_hi");
    TrustBand band = new TrustBand(lo, hi);
    if (lo > hi && !band.isOff()) {
      file.error(
          stem + "_lo",
          "found %s, above %s_hi %s; expected lo <= hi"
              .formatted(Numbers.text(lo), stem, Numbers.text(hi)));
    }
    return band;
  }

  /** A level; NaN when what is given is none, which is reported. */
  private double level(String key) {
    if (!file.has(key)) {
      return TrustBand.OFF.lo();
    }
    double level = file.number(key).orElse(Double.NaN);
    if (level < 0) {
      file.error(key, "found %s, expected a number of at least 0".formatted(Numbers.text(level)));
    }
    return level;
  }
}
