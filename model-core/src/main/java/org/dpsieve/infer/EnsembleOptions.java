package org.dpsieve.infer;

/**
 * How an ensemble is evaluated.
 *
 * @param tabulated embedding nets by tables, whose error is checked and logged when they are made;
 *     otherwise by the nets themselves, slower
 */
public record EnsembleOptions(boolean tabulated) {
  public static final EnsembleOptions DEFAULT = new EnsembleOptions(true);
}
