package org.dpsieve.spark.transfer;

import java.util.List;
import java.util.OptionalDouble;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;

/**
 * One model's solution with the sums it came from, so that it can be solved again without some
 * labels.
 *
 * @param model the one training started from
 * @param folds sums of the labelled frames in parts
 */
record FoldedFit(
    DeepPotential model,
    OutputParameters parameters,
    NormalEquations[] folds,
    LossPrefactors prefactors,
    OutputLayerFit fit) {

  DeepPotential trained() {
    return changed(fit.change());
  }

  private DeepPotential changed(double[] change) {
    double[] changed = parameters.read(model);
    for (int k = 0; k < changed.length; k++) {
      changed[k] += change[k];
    }
    return parameters.write(model, changed);
  }

  /** The model trained with the same ridge on all folds but one. */
  DeepPotential trainedWithout(int fold) {
    NormalEquations[] rest = {rest(fold)};
    OptionalDouble ridge = OptionalDouble.of(fit.ridge());
    return changed(OutputLayerFit.of(rest, prefactors, parameters.biases(), ridge).change());
  }

  /** What all labels leave open. */
  OutputPosterior posterior() {
    return OutputPosterior.of(rest(-1), prefactors, fit.ridge());
  }

  /** What all labels but those of a fold leave open, as if they were as many as all. */
  OutputPosterior posteriorWithout(int fold) {
    NormalEquations rest = rest(fold);
    return OutputPosterior.of(rest, prefactors, fit.ridge())
        .withLabels(rest.frames(), rest(-1).frames());
  }

  private NormalEquations rest(int without) {
    NormalEquations rest = new NormalEquations(folds[0].size());
    for (int fold = 0; fold < folds.length; fold++) {
      if (fold != without) {
        rest.add(folds[fold]);
      }
    }
    return rest;
  }

  static LearningCurve curve(List<FoldedFit> fits) {
    return LearningCurve.of(
        fits.stream().map(FoldedFit::folds).toArray(NormalEquations[][]::new),
        fits.stream().map(FoldedFit::prefactors).toArray(LossPrefactors[]::new),
        fits.stream().map(fit -> fit.parameters().biases()).toArray(int[][]::new),
        fits.stream().mapToDouble(fit -> fit.fit().ridge()).toArray());
  }
}
