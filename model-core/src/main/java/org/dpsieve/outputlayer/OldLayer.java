package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.List;

/**
 * The output layers fitted to labels at the old level of theory: where a change to the new level
 * starts from. What the features cannot express is in these labels as well as in the new ones, and
 * does not have to be learnt again from few.
 *
 * @param change of the model's own parameters, [size]
 * @param forceForm mean square of the forces that a change of parameters makes on these frames,
 *     row-major [size, size], (eV/Å)²
 * @param frames fitted to
 * @param ridge it was found with
 */
public record OldLayer(double[] change, double[] forceForm, long frames, double ridge)
    implements Serializable {
  /**
   * Frames that determine it: so many for each parameter. With the four models of the Ag-Au example
   * 5 (810 frames) and 7.4 (1,200) differ by no more than 2 % in the errors of what is learnt on
   * top; 2.5 is worse by 3 %.
   */
  public static final int FRAMES_PER_PARAMETER = 5;

  /** What too few labels of forces leave open is the model's own, at this weight beside a label. */
  private static final double OWN_FORCES = 1;

  /**
   * @param folds the frames' sums in parts, residuals of old labels at the model's own parameters
   * @param biases places of the biases
   */
  public static OldLayer of(NormalEquations[] folds, LossPrefactors prefactors, int[] biases) {
    NormalEquations all = OutputLayerFit.sum(folds, -1);
    Restraint restraint = new Restraint(Restraint.ofPool(biases, all.forceForm()).free(), null);
    double ridge = OWN_FORCES;
    if (all.force.rows() > 0 && prefactors.force() > 0) {
      CrossValidation errors = CrossValidation.of(List.of(folds), prefactors, restraint);
      ridge = errors.frames() == 0 ? OWN_FORCES : errors.choose(RidgeRule.LEAST_FORCE);
    }
    return new OldLayer(
        restraint.change(all, prefactors, ridge), all.forceForm(), all.frames(), ridge);
  }
}
