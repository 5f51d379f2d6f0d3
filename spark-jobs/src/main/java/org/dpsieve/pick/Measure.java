package org.dpsieve.pick;

import java.io.Serializable;

/**
 * The number that frames are picked by.
 *
 * @param column of the deviation table
 * @param unit of it; empty for that of a property, which nobody knows
 */
public record Measure(String column, String unit) implements Serializable {
  /** The largest disagreement about an atom's force. */
  public static final Measure FORCE = new Measure("max_devi_f", "eV/Å");

  /** The largest disagreement about a component of a property. */
  public static final Measure PROPERTY = new Measure("max_devi_p", "");

  /** The largest standard deviation that is expected of a component's error. */
  public static final Measure SIGMA = new Measure("sigma_p", "");

  /** With its unit, for axes and heads of tables. */
  public String title() {
    return unit.isEmpty() ? column : column + ", " + unit;
  }
}
