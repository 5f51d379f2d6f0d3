package org.dpsieve.spark.rescreen;

/**
 * How many of all frames have a property that {@code hits} of {@code sampled} have: Wilson's score
 * interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 209, 1927) at 95 %, times the number of frames.
 * Right on the safe side where the sample is a large part of all.
 */
public record SampleInterval(long low, long estimate, long high) {
  private static final double Z = 1.959963984540054; // 97.5 % of the normal distribution

  public static SampleInterval of(long hits, long sampled, long all) {
    if (sampled == 0) {
      return new SampleInterval(0, 0, all);
    }
    double n = sampled;
    double p = hits / n;
    double centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    return new SampleInterval(
        Math.max(hits, (long) Math.floor(Math.max(0, centre - half) * all)),
        Math.round(p * all),
        Math.min(all - (sampled - hits), (long) Math.ceil(Math.min(1, centre + half) * all)));
  }
}
