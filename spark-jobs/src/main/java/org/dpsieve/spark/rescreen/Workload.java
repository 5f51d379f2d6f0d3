package org.dpsieve.spark.rescreen;

import java.util.Locale;
import org.dpsieve.text.Counted;

/**
 * What there is to evaluate, and how long it should take.
 *
 * @param frames to evaluate
 * @param atoms of those
 * @param units of the library they lie in
 * @param bytesIn to read, about
 * @param cores that work at once
 * @param atomsPerSecond of one core, as measured on some of the frames; NaN where it is not known
 */
public record Workload(
    long frames, long atoms, int units, long bytesIn, int cores, double atomsPerSecond) {
  /** Of a row of the result in its Parquet file, as measured. */
  private static final int BYTES_OUT_PER_FRAME = 110;

  /** Work of all cores together, in hours. */
  public double coreHours() {
    return atoms / atomsPerSecond / 3600;
  }

  /** NaN where the speed is not known. */
  public double seconds() {
    return atoms / (atomsPerSecond * Math.min(cores, Math.max(1, units)));
  }

  /** In words. */
  public String estimate() {
    if (Double.isNaN(atomsPerSecond)) {
      return String.format(
          Locale.ROOT,
          "to evaluate: %s, %s in %s on %s, %s in, %s out",
          Counted.of(frames, "frame"),
          Counted.of(atoms, "atom"),
          Counted.of(units, "partition"),
          Counted.of(cores, "core"),
          bytes(bytesIn),
          bytes(frames * BYTES_OUT_PER_FRAME));
    }
    return String.format(
        Locale.ROOT,
        "to evaluate: %s, %s in %s; estimated %s on %s"
            + " (%s core-hours at %,.0f atoms/s a core), %s in, %s out",
        Counted.of(frames, "frame"),
        Counted.of(atoms, "atom"),
        Counted.of(units, "partition"),
        duration(seconds()),
        Counted.of(cores, "core"),
        coreHours() < 0.095 ? "%.2g".formatted(coreHours()) : "%,.1f".formatted(coreHours()),
        atomsPerSecond,
        bytes(bytesIn),
        bytes(frames * BYTES_OUT_PER_FRAME));
  }

  /** {@code 12 s}, {@code 3 min 5 s}, {@code 2 h 10 min}, {@code 3 d 4 h}, {@code unknown time}. */
  public static String duration(double seconds) {
    if (Double.isNaN(seconds)) {
      return "unknown time";
    }
    long s = Math.max(0, Math.round(seconds));
    if (s < 60) {
      return s + " s";
    }
    if (s < 3600) {
      return s / 60 + " min " + s % 60 + " s";
    }
    return s < 48 * 3600
        ? s / 3600 + " h " + s % 3600 / 60 + " min"
        : s / 86400 + " d " + s % 86400 / 3600 + " h";
  }

  private static String bytes(long bytes) {
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
    }
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
  }
}
