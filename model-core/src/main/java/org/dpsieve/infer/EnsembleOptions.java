package org.dpsieve.infer;

import java.io.Serializable;

/**
 * How an ensemble is evaluated.
 *
 * @param tabulated embedding nets by tables, whose error is checked and logged when they are made;
 *     otherwise by the nets themselves, slower
 */
public record EnsembleOptions(boolean tabulated) implements Serializable {
  public static final EnsembleOptions DEFAULT = new EnsembleOptions(true);
}
