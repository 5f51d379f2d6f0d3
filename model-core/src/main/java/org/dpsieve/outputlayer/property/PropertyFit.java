package org.dpsieve.outputlayer.property;

import java.util.OptionalDouble;

/**
 * The ridge regression with the smallest error on blocks left out: over ridges, over two ways to
 * measure parameters (as they are, or by the size of their columns), and, where there are labels at
 * another level, whether they start from zero or from the fit to those.
 *
 * @param parameters row-major [size, components], of standardised labels
 * @param solver which solved it, and knows what labels leave open
 * @param left errors on blocks left out
 * @param loss their mean square
 * @param ridge as a part of the largest eigenvalue
 * @param absolute the ridge itself
 * @param usesOld whether labels at another level have a part in it
 */
record PropertyFit(
    double[] parameters,
    LeaveOut solver,
    LeaveOut.Errors left,
    double loss,
    double ridge,
    double absolute,
    boolean usesOld) {
  private static final int RIDGES = 21;

  /**
   * @param old the same rows' kind at another level; {@code null} for none
   * @param ridge as a part of the largest eigenvalue; empty to choose
   */
  static PropertyFit best(DesignRows rows, DesignRows old, OptionalDouble ridge) {
    PropertyFit best = best(rows, ridge);
    if (old != null) {
      double[] start = best(old, ridge).parameters();
      PropertyFit change = best(rows.less(start), ridge);
      if (change.loss() < best.loss()) {
        double[] sum = change.parameters();
        for (int k = 0; k < sum.length; k++) {
          sum[k] += start[k];
        }
        return new PropertyFit(
            sum,
            change.solver(),
            change.left(),
            change.loss(),
            change.ridge(),
            change.absolute(),
            true);
      }
    }
    return best;
  }

  private static PropertyFit best(DesignRows rows, OptionalDouble ridge) {
    double[] ones = new double[rows.size()];
    java.util.Arrays.fill(ones, 1);
    PropertyFit asTheyAre = of(rows, ones, ridge);
    PropertyFit scaled = of(rows, rows.columnScale(), ridge);
    return scaled.loss() < asTheyAre.loss() ? scaled : asTheyAre;
  }

  private static PropertyFit of(DesignRows rows, double[] scale, OptionalDouble given) {
    LeaveOut solver = new LeaveOut(rows, scale);
    double largest = solver.largest() > 0 ? solver.largest() : 1;
    double chosen = given.orElse(1);
    LeaveOut.Errors errors = solver.errors(chosen * largest);
    for (int half = 1; given.isEmpty() && half < RIDGES; half++) {
      double other = Math.pow(10, -half / 2.0);
      LeaveOut.Errors others = solver.errors(other * largest);
      if (others.meanSquare() < errors.meanSquare()) {
        chosen = other;
        errors = others;
      }
    }
    double ridge = chosen * largest;
    return new PropertyFit(
        solver.parameters(ridge), solver, errors, errors.meanSquare(), chosen, ridge, false);
  }

  /** What labels leave open; made when it is asked for. */
  PropertyPosterior posterior() {
    return solver.posterior(absolute);
  }
}
