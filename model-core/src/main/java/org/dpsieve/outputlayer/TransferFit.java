package org.dpsieve.outputlayer;

import java.util.OptionalDouble;

/**
 * New labels learnt as a change from {@link OldLayer}, or directly: by errors on labelled frames
 * left out.
 *
 * @param share of the old residuals that the change is learnt without; {@code null} where the
 *     labels are learnt directly
 * @param folds what was fitted, sums in parts: residuals at the start the fit took
 * @param leftOut the same frames with all their residuals, to measure errors by
 * @param restraint of the fit
 * @param fit the change from that start
 * @param direct mean loss of the direct fits on judges left out; NaN where none could be left out
 * @param changed the same by old labels; NaN where none could be left out or old labels are useless
 */
public record TransferFit(
    OldShare share,
    NormalEquations[] folds,
    NormalEquations[] leftOut,
    Restraint restraint,
    OutputLayerFit fit,
    double direct,
    double changed) {
  /** Whether old labels may, must or must not be used. */
  public enum Mode {
    AUTO,
    USE,
    IGNORE
  }

  /**
   * The change by all labels but those of a fold, with the same ridge.
   *
   * @param without -1 to leave out none
   */
  public double[] change(LossPrefactors prefactors, int without) {
    return without < 0
        ? fit.change()
        : restraint.change(OutputLayerFit.sum(folds, without), prefactors, fit.ridge());
  }

  /** Whether old labels have a part in it. */
  public boolean usesOld() {
    return share != null;
  }

  /**
   * @param folds sums in {@link OutputLayerFit#FOLDS} parts, residuals at the model's own
   *     parameters and, of old labels, at {@code old}'s
   * @param judges those of them by whose errors old labels are used or not, likewise: frames that
   *     stand for all. Of frames picked where models disagree each kind is there more often than in
   *     the pool, which favors a fit to them alone
   * @param old {@code null} where there is none
   * @param ridge 0 for none; empty to let cross-validation choose
   */
  public static TransferFit of(
      NormalEquations[] folds,
      NormalEquations[] judges,
      LossPrefactors prefactors,
      int[] biases,
      OldLayer old,
      Mode mode,
      OptionalDouble ridge) {
    Restraint restraint = Restraint.ofLabelled(biases);
    OutputLayerFit fit = OutputLayerFit.of(folds, prefactors, restraint, ridge);
    double error = leftOut(folds, judges, prefactors, restraint, fit.ridge());
    TransferFit direct = new TransferFit(null, folds, folds, restraint, fit, error, Double.NaN);
    if (old == null || mode == Mode.IGNORE) {
      return direct;
    }
    TransferFit changed = changed(folds, judges, prefactors, biases, old, ridge, error);
    boolean worse = changed.share.isNone() || changed.changed >= error;
    return mode == Mode.AUTO && worse
        ? new TransferFit(null, folds, folds, restraint, fit, error, changed.changed)
        : changed;
  }

  private static TransferFit changed(
      NormalEquations[] folds,
      NormalEquations[] judges,
      LossPrefactors prefactors,
      int[] biases,
      OldLayer old,
      OptionalDouble ridge,
      double direct) {
    Restraint restraint = Restraint.ofPool(biases, old.forceForm());
    OldShare share = ShareChoice.of(folds, prefactors, old, restraint);
    NormalEquations[] fitted = changed(folds, old, share);
    NormalEquations[] whole = changed(folds, old, OldShare.NONE);
    OutputLayerFit fit = OutputLayerFit.of(fitted, prefactors, restraint, ridge);
    double error =
        leftOut(
            fitted,
            changed(judges, old, OldShare.NONE),
            prefactors,
            restraint,
            fit.ridge());
    return new TransferFit(share, fitted, whole, restraint, fit, direct, error);
  }

  private static NormalEquations[] changed(NormalEquations[] folds, OldLayer old, OldShare share) {
    NormalEquations[] changed = new NormalEquations[folds.length];
    for (int fold = 0; fold < folds.length; fold++) {
      changed[fold] = folds[fold].changed(old.change(), share);
    }
    return changed;
  }

  private static double leftOut(
      NormalEquations[] fitted,
      NormalEquations[] whole,
      LossPrefactors prefactors,
      Restraint restraint,
      double ridge) {
    double loss = 0;
    long frames = 0;
    for (int fold = 0; fold < fitted.length; fold++) {
      NormalEquations rest = OutputLayerFit.sum(fitted, fold);
      if (whole[fold].frames() > 0 && rest.frames() > 0) {
        double[] change = restraint.change(rest, prefactors, ridge);
        loss += whole[fold].loss(prefactors, change) * whole[fold].frames();
        frames += whole[fold].frames();
      }
    }
    return loss / frames;
  }
}
