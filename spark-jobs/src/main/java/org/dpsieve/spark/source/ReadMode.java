package org.dpsieve.spark.source;

import java.util.Locale;
import org.dpsieve.error.InputException;

/**
 * What becomes of systems and frames that cannot be used; the names are those of Spark's sources.
 */
enum ReadMode {
  /** A row with what could be read and the reason in the corrupt record column. */
  PERMISSIVE,
  /** They are left out. */
  DROPMALFORMED,
  /** The query stops before it reads any frame, listing every bad system. */
  FAILFAST;

  static ReadMode of(String name) {
    for (ReadMode mode : values()) {
      if (mode.name().equals(name.toUpperCase(Locale.ROOT))) {
        return mode;
      }
    }
    throw new InputException(
        "mode %s: expected PERMISSIVE, DROPMALFORMED or FAILFAST".formatted(name));
  }
}
