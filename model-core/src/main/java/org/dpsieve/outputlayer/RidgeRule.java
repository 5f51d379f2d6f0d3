package org.dpsieve.outputlayer;

/**
 * How cross-validation chooses a ridge. It leaves out whole frames, a fold at a time. Taking single
 * labels as the data, as the closed formula of generalised cross-validation does, sees thousands of
 * force components against some hundred parameters and finds no reason for any ridge; but the
 * components of a frame, its energy and its virial err together. For the four models and the pool
 * of the Ag-Au example, 100 labels drawn at random and a ridge on the weights by generalised
 * cross-validation leave 500 to 590 of 2,500 frames on which the models disagree; {@link #LARGEST},
 * with the same labels, 176 to 234.
 */
public enum RidgeRule {
  /**
   * Of all ridges whose force error on frames left out is, within its own uncertainty, the
   * smallest, the largest: the mean square over N frames is uncertain by about 1/sqrt(N) of itself.
   * The larger the ridge, the less the models of an ensemble disagree on frames unlike the labelled
   * ones. Without force labels the loss decides in place of the force error. What the loop trains
   * with; the README has what it costs and gains.
   */
  LARGEST,
  /** The one with the smallest loss. */
  LEAST_LOSS,
  /**
   * The largest ridge whose force error on frames left out is within a tenth (of the mean square) of
   * the smallest; without force labels, whose loss is. What output layers are fitted to old labels
   * with: those are many, so that the least error ({@code 3} for the Ag-Au models) leaves models
   * that follow every frame and disagree more between them; a tenth costs 4 % of the force error
   * and takes them to 10, where 189 of 2,500 frames are above 0.2 eV/Å after 100 labels, not 274.
   */
  LARGEST_NEAR_LEAST
}
