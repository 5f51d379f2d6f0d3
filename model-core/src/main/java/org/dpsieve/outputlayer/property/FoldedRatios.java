package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How far off predictions are on frames that had no part in the choice of the ridge: a ridge that
 * was chosen by errors on frames left out makes just these errors small. The choice is made again
 * without each fifth of the frames.
 */
final class FoldedRatios {
  private static final int FOLDS = 5;

  /** With more labels a choice of one number hides nothing. */
  private static final int MOST_ROWS = 1500;

  private FoldedRatios() {}

  /**
   * Errors without sign in terms of the standard deviation that each fit expects of them, of all
   * rows.
   *
   * @param kinds labels in a row of errors that have a noise of their own: components of an
   *     invariant, or rows of a vector
   * @return row-major as the labels of {@code rows}; {@code null} where frames are too few or very
   *     many
   */
  static double[] of(DesignRows rows, OptionalDouble ridge, int kinds) {
    int blocks = rows.blocks().size();
    if (blocks < 2 * FOLDS || rows.rows() > MOST_ROWS) {
      return null;
    }
    double[][] ratios = new double[blocks][];
    for (int fold = 0; fold < FOLDS; fold++) {
      List<DesignRows.Block> others = new ArrayList<>();
      for (int b = 0; b < blocks; b++) {
        if (b % FOLDS != fold) {
          others.add(rows.blocks().get(b));
        }
      }
      DesignRows train = new DesignRows(rows.size(), rows.components(), others);
      PropertyFit fit = PropertyFit.best(train, null, ridge);
      PropertyPosterior posterior = fit.posterior();
      double[] noise = fit.left().noise(rows.components(), kinds);
      for (int b = fold; b < blocks; b += FOLDS) {
        ratios[b] = ratios(rows.blocks().get(b), fit, posterior, noise, rows.components());
      }
    }
    double[] all = new double[rows.labels().length];
    int to = 0;
    for (double[] some : ratios) {
      System.arraycopy(some, 0, all, to, some.length);
      to += some.length;
    }
    return all;
  }

  private static double[] ratios(
      DesignRows.Block block,
      PropertyFit fit,
      PropertyPosterior posterior,
      double[] noise,
      int components) {
    DesignRows one =
        new DesignRows(
            block.x().length * components / block.y().length, components, List.of(block));
    double[] error = one.less(fit.parameters()).labels();
    double[] spread = posterior.spread(block.x());
    for (int k = 0; k < error.length; k++) {
      double sigma = noise[k % noise.length] * spread[k / components];
      error[k] = sigma > 0 ? Math.abs(error[k]) / sigma : 0;
    }
    return error;
  }
}
