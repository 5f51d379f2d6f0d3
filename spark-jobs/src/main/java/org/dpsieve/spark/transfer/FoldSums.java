package org.dpsieve.spark.transfer;

import java.io.Serializable;
import org.dpsieve.outputlayer.CanonicalSum;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;

/**
 * Sums of normal equations, model by model and fold by fold: what {@code treeAggregate} carries.
 */
final class FoldSums implements Serializable {
  private static final long serialVersionUID = 1;

  /** One term of one fold's sum, of one model. */
  record Term(int model, FoldedFrames.Place place, NormalEquations equations)
      implements Serializable {}

  /** Those of model m begin at m times the number of folds. */
  private final CanonicalSum<NormalEquations>[] folds;

  FoldSums(int models) {
    @SuppressWarnings("unchecked") // no generic arrays in Java
    CanonicalSum<NormalEquations>[] sums =
        (CanonicalSum<NormalEquations>[]) new CanonicalSum<?>[models * OutputLayerFit.FOLDS];
    for (int fold = 0; fold < sums.length; fold++) {
      sums[fold] = new CanonicalSum<>();
    }
    folds = sums;
  }

  FoldSums add(Term term) {
    folds[term.model() * OutputLayerFit.FOLDS + term.place().fold()].add(
        term.place().term(), term.equations(), FoldSums::plus);
    return this;
  }

  FoldSums add(FoldSums other) {
    for (int fold = 0; fold < folds.length; fold++) {
      folds[fold].add(other.folds[fold], FoldSums::plus);
    }
    return this;
  }

  /**
   * @param size number of parameters
   */
  NormalEquations[] totals(int model, int size) {
    NormalEquations[] totals = new NormalEquations[OutputLayerFit.FOLDS];
    for (int fold = 0; fold < totals.length; fold++) {
      NormalEquations total = folds[model * totals.length + fold].total(FoldSums::plus);
      totals[fold] = total == null ? new NormalEquations(size) : total;
    }
    return totals;
  }

  private static NormalEquations plus(NormalEquations a, NormalEquations b) {
    a.add(b);
    return a;
  }
}
