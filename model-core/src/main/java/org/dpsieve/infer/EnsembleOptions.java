package org.dpsieve.infer;

import java.io.Serializable;
import org.dpsieve.model.Precision;

/**
 * How an ensemble is evaluated.
 *
 * @param tabulated embedding nets by tables, whose error is checked and logged when they are made;
 *     otherwise by the nets themselves, slower
 * @param precision of the nets; positions, neighbors, sums over atoms and deviations are always
 *     double
 */
public record EnsembleOptions(boolean tabulated, Precision precision) implements Serializable {
  public static final EnsembleOptions DEFAULT = new EnsembleOptions(true, Precision.FLOAT64);
}
