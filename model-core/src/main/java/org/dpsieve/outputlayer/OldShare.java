package org.dpsieve.outputlayer;

import java.io.Serializable;

/**
 * How much of what a fit to the old labels leaves of them is taken to be left of the new labels as
 * well: the weight of a control variate (Ramakrishnan et al. 2015, doi:10.1021/acs.jctc.5b00099,
 * learn the plain difference of two levels, shares of 1). With 0 the old labels only say where the
 * change starts from.
 *
 * @param energy between 0 and 1
 * @param force between 0 and 1
 * @param virial between 0 and 1
 */
public record OldShare(double energy, double force, double virial) implements Serializable {
  public static final OldShare NONE = new OldShare(0, 0, 0);
  public static final OldShare ALL = new OldShare(1, 1, 1);

  /** Whether nothing of any kind is taken over. */
  public boolean isNone() {
    return energy == 0 && force == 0 && virial == 0;
  }
}
