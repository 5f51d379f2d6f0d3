package org.dpsieve.resident;

import java.time.Duration;

/**
 * How long answers may take before the process counts as lost.
 *
 * @param load of the models: files come over networks
 * @param first of the first batch: some backends compile
 * @param least of any batch
 * @param factor of the time that as many atoms have taken at most so far
 */
public record Limits(Duration load, Duration first, Duration least, double factor) {
  /** With as much time for the first batch as for loading. */
  public Limits(Duration load, Duration least, double factor) {
    this(load, load, least, factor);
  }

  public static final Limits DEFAULT =
      new Limits(Duration.ofMinutes(30), Duration.ofMinutes(2), 20);
}
