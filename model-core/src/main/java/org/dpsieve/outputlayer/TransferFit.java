package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * New labels learnt as a change from {@link OldLayer}, or directly: by errors on labelled frames
 * left out.
 *
 * @param old the layer fitted to old labels that was tried; {@code null} where there are none, or
 *     nobody wants them
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
    OldLayer old,
    OldShare share,
    NormalEquations[] folds,
    NormalEquations[] leftOut,
    Restraint restraint,
    OutputLayerFit fit,
    double direct,
    double changed) {
  /**
   * Share of a direct fit's mean square errors under which all kinds of labels have to be for an
   * old layer to be taken without a look at the next: what is expected of the direct fit is
   * uncertain, and the next gives virials more weight.
   */
  private static final double CLEARLY_LESS = 0.9;

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
   *     parameters, of old labels too
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
      OldLayers old,
      Mode mode,
      OptionalDouble ridge) {
    Restraint restraint = Restraint.ofLabelled(biases);
    OutputLayerFit fit = OutputLayerFit.of(folds, prefactors, restraint, ridge);
    LeftOut direct = LeftOut.of(folds, judges, prefactors, restraint, fit.ridge(), 1);
    if (old == null || mode == Mode.IGNORE) {
      return new TransferFit(null, null, folds, folds, restraint, fit, direct.mean(), Double.NaN);
    }
    double[] squares =
        direct.withAll(LeftOut.of(folds, judges, prefactors, restraint, fit.ridge(), 2).squares);
    Changed best = null;
    for (int place = 0;
        place < old.count() && (best == null || best.worst > CLEARLY_LESS);
        place++) {
      Changed one =
          Changed.of(folds, judges, prefactors, biases, old.get(place), ridge, direct, squares);
      best = best == null || one.worst < best.worst ? one : best;
    }
    TransferFit changed = best.fit;
    boolean less =
        changed.share.isNone()
            ? !(changed.changed < direct.mean())
            : direct.surelyLess(best.leftOut);
    return mode == Mode.AUTO && less
        ? new TransferFit(
            changed.old, null, folds, folds, restraint, fit, direct.mean(), changed.changed)
        : changed;
  }

  /**
   * Learnt as a change from one old layer.
   *
   * @param worst of the kinds of labels, its mean square error on judges left out divided by what a
   *     direct fit to all labels is expected to have; 0 where nothing could be left out
   */
  private record Changed(TransferFit fit, LeftOut leftOut, double worst) {
    /**
     * @param squares what a direct fit to all labels is expected to have
     */
    static Changed of(
        NormalEquations[] folds,
        NormalEquations[] judges,
        LossPrefactors prefactors,
        int[] biases,
        OldLayer old,
        OptionalDouble ridge,
        LeftOut direct,
        double[] squares) {
      NormalEquations[] at =
          Arrays.stream(folds)
              .map(fold -> fold.withOldAt(old.change()))
              .toArray(NormalEquations[]::new);
      Restraint restraint = Restraint.ofPool(biases, old.forceForm());
      OldShare share = ShareChoice.of(at, prefactors, old, restraint);
      NormalEquations[] fitted = changed(at, old, share);
      OutputLayerFit fit = OutputLayerFit.of(fitted, prefactors, restraint, ridge);
      LeftOut leftOut =
          LeftOut.of(
              fitted, changed(judges, old, OldShare.NONE), prefactors, restraint, fit.ridge(), 1);
      return new Changed(
          new TransferFit(
              old,
              share,
              fitted,
              changed(at, old, OldShare.NONE),
              restraint,
              fit,
              direct.mean(),
              leftOut.mean()),
          leftOut,
          leftOut.worstBeside(squares, prefactors));
    }
  }

  private static NormalEquations[] changed(NormalEquations[] folds, OldLayer old, OldShare share) {
    NormalEquations[] changed = new NormalEquations[folds.length];
    for (int fold = 0; fold < folds.length; fold++) {
      changed[fold] = folds[fold].changed(old.change(), share);
    }
    return changed;
  }

  /**
   * Losses of judges on whom nothing was fitted, a fold at a time.
   *
   * @param losses mean loss of the fold's frames, [folds]; NaN where there are none, or nothing was
   *     left to fit to
   * @param frames of the fold
   * @param squares sums over all folds, of each {@link LabelKind}
   */
  private record LeftOut(double[] losses, long[] frames, double[] squares) {
    /** Of its own standard errors, by which a mean is surely not zero. */
    private static final double SURE = 2;

    /**
     * @param out how many folds are not fitted to in turn: the judges' own, and those after it
     */
    static LeftOut of(
        NormalEquations[] fitted,
        NormalEquations[] judges,
        LossPrefactors prefactors,
        Restraint restraint,
        double ridge,
        int out) {
      double[] losses = new double[fitted.length];
      long[] frames = new long[fitted.length];
      double[] squares = new double[LabelKind.values().length];
      for (int fold = 0; fold < fitted.length; fold++) {
        NormalEquations rest = new NormalEquations(fitted[fold].size());
        for (int k = 0; k < fitted.length; k++) {
          if (Math.floorMod(k - fold, fitted.length) >= out) {
            rest.add(fitted[k]);
          }
        }
        losses[fold] = Double.NaN;
        if (judges[fold].frames() > 0 && rest.frames() > 0) {
          double[] change = restraint.change(rest, prefactors, ridge);
          losses[fold] = judges[fold].loss(prefactors, change);
          frames[fold] = judges[fold].frames();
          for (LabelKind kind : LabelKind.values()) {
            squares[kind.ordinal()] += judges[fold].labelled(kind).square(change);
          }
        }
      }
      return new LeftOut(losses, frames, squares);
    }

    /**
     * Squares that a fit to all labels is expected to have: those left out were not fitted to, and
     * where a fit is short of labels each fold counts. Mean squares fall with one over the number
     * of labels, from what no number of them changes.
     *
     * @param fewer the same with two folds left out in turn
     */
    double[] withAll(double[] fewer) {
      double folds = losses.length;
      double ahead =
          (1 / (folds - 1) - 1 / folds) / (1 / (folds - 2) - 1 / (folds - 1)); // of steps in 1/n
      double[] all = new double[squares.length];
      for (int kind = 0; kind < all.length; kind++) {
        double fall = Math.max(0, fewer[kind] - squares[kind]) * ahead;
        all[kind] = Math.max(squares[kind] * (folds - 1) / folds, squares[kind] - fall);
      }
      return all;
    }

    /**
     * The largest ratio to others' squares among kinds of labels that are fitted; 0 without any.
     */
    double worstBeside(double[] others, LossPrefactors prefactors) {
      double[] counts = {prefactors.energy(), prefactors.force(), prefactors.virial()};
      return IntStream.range(0, squares.length)
          .filter(kind -> counts[kind] > 0 && others[kind] > 0)
          .mapToDouble(kind -> squares[kind] / others[kind])
          .max()
          .orElse(0);
    }

    /** Over all frames; NaN without any. */
    double mean() {
      double loss = 0;
      for (int fold = 0; fold < losses.length; fold++) {
        loss += frames[fold] == 0 ? 0 : losses[fold] * frames[fold];
      }
      return loss / LongStream.of(frames).sum();
    }

    /**
     * Whether these losses are less than others beyond chance: by the mean over the folds of the
     * logarithm of their ratio, against that mean's standard error. From few labels chance makes
     * either fit look the better one by far.
     */
    boolean surelyLess(LeftOut others) {
      double[] ratios =
          IntStream.range(0, losses.length)
              .filter(fold -> frames[fold] > 0)
              .mapToDouble(fold -> Math.log(others.losses[fold] / losses[fold]))
              .toArray();
      if (ratios.length < 2) {
        return false;
      }
      double mean = DoubleStream.of(ratios).average().orElseThrow();
      double square = DoubleStream.of(ratios).map(r -> (r - mean) * (r - mean)).sum();
      return mean > SURE * Math.sqrt(square / (ratios.length * (ratios.length - 1.0)));
    }
  }
}
