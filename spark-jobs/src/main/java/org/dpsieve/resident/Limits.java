package org.dpsieve.resident;

import java.time.Duration;

/**
 * How long answers may take before the process counts as lost.
 *
 * @param load of the models, and of the first batch: files come over networks, and some backends
 *     compile
 * @param least of any batch
 * @param factor of the time that as many atoms have taken at most so far
 */
public record Limits(Duration load, Duration least, double factor) {
  public static final Limits DEFAULT =
      new Limits(Duration.ofMinutes(30), Duration.ofMinutes(2), 20);
}
