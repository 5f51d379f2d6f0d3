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
   * Frames that determine it: so many for each parameter. With the first Ag-Au model, 50 or 100
   * labels on top and 520 frames held out, 1,200 frames (7.5) leave the errors of 2,080; 5 leave
   * energies 2 to 3 % and forces 1 % above, 2.5 energies 5 to 6 %.
   */
  public static final int FRAMES_PER_PARAMETER = 8;

  /** What too few labels of forces leave open is the model's own, at this weight beside a label. */
  private static final double OWN_FORCES = 1;

  /**
   * Forces count so many times as in the loss, whose energies rule and leave forces that four
   * models agree less on than those they came from. Energies are none the worse for it, as old
   * labels are many: with the Ag-Au models, 100 labels on top, 2.8 meV per atom and 0.068 eV/Å,
   * with 163 of 2,500 frames above 0.2 eV/Å; without, 3.0, 0.075 and 189.
   */
  private static final double FORCES = 8;

  /**
   * Energies count four times, so that what forces take from them is given back: with 100 labels on
   * top 2.6 in the place of 2.8 meV per atom, forces and virials the same, 158 frames above 0.2
   * eV/Å in the place of 130. docs/decisions/0010 has twice and eight times as well.
   */
  private static final double ENERGIES = 4;

  /**
   * @param folds the frames' sums in parts, residuals of old labels at the model's own parameters
   * @param biases places of the biases
   * @param virials how many times they count as in the loss
   */
  static OldLayer of(NormalEquations[] folds, LossPrefactors loss, int[] biases, double virials) {
    LossPrefactors prefactors =
        new LossPrefactors(
            ENERGIES * loss.energy(), FORCES * loss.force(), virials * loss.virial());
    NormalEquations all = OutputLayerFit.sum(folds, -1);
    Restraint restraint = new Restraint(Restraint.ofPool(biases, all.forceForm()).free(), null);
    double ridge = OWN_FORCES;
    if (all.force.rows() > 0 && prefactors.force() > 0) {
      CrossValidation errors = CrossValidation.of(List.of(folds), prefactors, restraint);
      ridge = errors.frames() == 0 ? OWN_FORCES : errors.choose(RidgeRule.LARGEST_NEAR_LEAST);
    }
    return new OldLayer(
        restraint.change(all, prefactors, ridge), all.forceForm(), all.frames(), ridge);
  }
}
