package org.dpsieve.spark.transfer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.uncertainty.Calibrated;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.LabelEnsemble;
import org.dpsieve.uncertainty.PredictedLabels;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * As {@link FoldCalibration}, of labels predicted from old ones: those of each fold's frames by
 * what the other folds say of the change. One Spark task per fold.
 */
final class LabelCalibration {
  /** A labelled frame, and its old labels. */
  private record Pair(FoldedFrames.Place place, Frame frame, Labels old) implements Serializable {}

  /** A fold, and models that have not seen it. */
  private record Fold(List<Pair> pairs, List<LabelEnsemble.Member> members, Uncertainty uncertainty)
      implements FoldCalibration.LeftOut {
    @Override
    public List<FrameErrors> errors() {
      return LabelCalibration.errors(this);
    }
  }

  private LabelCalibration() {}

  /**
   * What is to be measured: {@link FoldCalibration#errors}.
   *
   * @return {@code null} where no model uses old labels
   */
  static List<FoldCalibration.LeftOut> folds(
      FoldedFrames labelled, boolean[] present, List<FoldedFit> fits) {
    List<FoldedFit> used = fits.stream().filter(fit -> fit.fit().usesOld()).toList();
    if (used.isEmpty()) {
      return null;
    }
    List<Pair> some =
        labelled.some().stream()
            .map(
                row ->
                    new Pair(row._1(), FrameRows.toFrame(row._2()), FrameRows.oldLabels(row._2())))
            .toList();
    List<FoldCalibration.LeftOut> folds = new ArrayList<>();
    for (int fold = 0; fold < OutputLayerFit.FOLDS; fold++) {
      int without = fold;
      List<Pair> pairs =
          new ArrayList<>(some.stream().filter(pair -> pair.place().fold() == without).toList());
      if (!pairs.isEmpty() && pairs.size() < some.size()) {
        folds.add(
            new Fold(
                pairs,
                new ArrayList<>(used.stream().map(fit -> fit.memberWithout(without)).toList()),
                Uncertainty.raw(
                    present, used.stream().map(fit -> fit.posteriorWithout(without)).toList())));
      }
    }
    return folds;
  }

  /**
   * @param errors of the {@link #folds}
   */
  static LabelUncertainty of(List<List<FrameErrors>> errors) {
    Calibrated found = Calibrated.of(errors);
    return new LabelUncertainty(found.energyFactor(), found.forceFactor(), found.reliability());
  }

  private static List<FrameErrors> errors(Fold fold) {
    try (LabelEnsemble ensemble =
        new LabelEnsemble(fold.members(), fold.uncertainty(), FoldCalibration.OPTIONS)) {
      List<PredictedLabels> predicted =
          ensemble.evaluate(
              fold.pairs().stream().map(pair -> pair.frame().withLabels(pair.old())).toList());
      List<FrameErrors> errors = new ArrayList<>();
      for (int k = 0; k < predicted.size(); k++) {
        errors.add(FrameErrors.of(fold.pairs().get(k).frame(), predicted.get(k)));
      }
      return errors;
    }
  }
}
