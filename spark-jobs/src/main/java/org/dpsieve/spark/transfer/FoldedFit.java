package org.dpsieve.spark.transfer;

import java.util.List;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.uncertainty.LabelEnsemble;

/**
 * One model's solution with the sums it came from, so that it can be solved again without some
 * labels.
 *
 * @param model the one training started from
 */
record FoldedFit(
    DeepPotential model, OutputParameters parameters, LossPrefactors prefactors, TransferFit fit) {

  DeepPotential trained() {
    return changed(fit.fit().change());
  }

  private DeepPotential changed(double[] change) {
    double[] changed = parameters.read(model);
    for (int k = 0; k < changed.length; k++) {
      changed[k] += (fit.usesOld() ? fit.old().change()[k] : 0) + change[k];
    }
    return parameters.write(model, changed);
  }

  /** The model trained with the same ridge on all folds but one. */
  DeepPotential trainedWithout(int fold) {
    return changed(fit.change(prefactors, fold));
  }

  /**
   * The same for labels predicted from old ones, which have to be used.
   *
   * @param fold -1 to leave out none
   */
  LabelEnsemble.Member memberWithout(int fold) {
    double[] fitted = parameters.readWithLevels(model);
    for (int k = 0; k < fitted.length; k++) {
      fitted[k] += fit.old().change()[k];
    }
    return new LabelEnsemble.Member(trainedWithout(fold), fitted, fit.share());
  }

  /** What all labels leave open. */
  OutputPosterior posterior() {
    return posterior(rest(-1));
  }

  /** What all labels but those of a fold leave open, as if they were as many as all. */
  OutputPosterior posteriorWithout(int fold) {
    NormalEquations rest = rest(fold);
    return posterior(rest).withLabels(rest.frames(), rest(-1).frames());
  }

  private OutputPosterior posterior(NormalEquations equations) {
    return OutputPosterior.of(equations, prefactors, fit.restraint(), fit.fit().ridge());
  }

  private NormalEquations rest(int without) {
    return OutputLayerFit.sum(fit.folds(), without);
  }

  static LearningCurve curve(List<FoldedFit> fits) {
    return LearningCurve.of(
        fits.stream().map(FoldedFit::fit).toList(),
        fits.stream().map(FoldedFit::prefactors).toList());
  }
}
