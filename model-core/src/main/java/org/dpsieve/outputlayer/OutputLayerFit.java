package org.dpsieve.outputlayer;

import java.util.List;
import java.util.OptionalDouble;
import org.dpsieve.error.InputException;

/**
 * The change of the output layers' parameters that fits the labels best.
 *
 * @param change added to the starting parameters, [size]
 * @param ridge what it was found with: see {@link Ridge}
 * @param chosen whether cross-validation chose the ridge
 * @param unfitted kinds of labels that nothing was fitted to: prefactor 0, or no frame has one;
 *     what the starting model says of them is held, see {@link Hold}
 */
public record OutputLayerFit(
    double[] change, double ridge, boolean chosen, List<LabelKind> unfitted) {
  /** Parts that frames are divided into for cross-validation. */
  public static final int FOLDS = 5;

  /** Ridge where there are too few frames to leave any out: forces count ten times as they were. */
  private static final double UNDECIDED = 10;

  /**
   * @param folds the frames' sums in {@link #FOLDS} parts, some of which may have no frames
   * @param biases places of the biases among the parameters
   * @param ridge 0 for none; empty to let cross-validation choose
   */
  public static OutputLayerFit of(
      NormalEquations[] folds, LossPrefactors prefactors, int[] biases, OptionalDouble ridge) {
    if (ridge.isPresent() && !(ridge.getAsDouble() >= 0 && ridge.getAsDouble() < 1e300)) {
      throw new InputException(
          "ridge is %s, expected a number not below 0".formatted(ridge.getAsDouble()));
    }
    return of(folds, prefactors, Restraint.ofLabelled(biases), ridge);
  }

  /**
   * @param folds the frames' sums in {@link #FOLDS} parts, some of which may have no frames
   * @param ridge 0 for none; empty to let cross-validation choose, by {@link RidgeRule#LARGEST}
   */
  public static OutputLayerFit of(
      NormalEquations[] folds,
      LossPrefactors prefactors,
      Restraint restraint,
      OptionalDouble ridge) {
    NormalEquations all = sum(folds, -1);
    if (all.frames() == 0) {
      throw new InputException("no labelled frame to fit the output layer to");
    }
    double value =
        ridge.orElseGet(
            () -> {
              CrossValidation errors = CrossValidation.of(List.of(folds), prefactors, restraint);
              return errors.frames() == 0 ? UNDECIDED : errors.choose(RidgeRule.LARGEST);
            });
    return new OutputLayerFit(
        restraint.change(all, prefactors, value),
        value,
        ridge.isEmpty(),
        new Hold(all, prefactors).unfitted());
  }

  /**
   * The change of one model's parameters with a ridge.
   *
   * @param ridge 0 for none
   * @param start the starting parameters, [size]
   */
  public static double[] change(
      NormalEquations all,
      LossPrefactors prefactors,
      int[] biases,
      double ridge,
      Prior prior,
      double[] start) {
    return ridge == 0
        ? LeastSquares.smallestChange(all, prefactors, biases)
        : prior.ridge(new LeastSquares(all, prefactors, biases), all, start).change(ridge);
  }

  /**
   * The ridge by cross-validation, one for all of some models.
   *
   * @param models each one's sums in parts
   * @param biases each one's
   * @param starts each one's starting parameters
   */
  public static double chosenRidge(
      List<NormalEquations[]> models,
      LossPrefactors prefactors,
      List<int[]> biases,
      List<double[]> starts,
      Prior prior,
      RidgeRule rule) {
    CrossValidation errors = null;
    for (int m = 0; m < models.size(); m++) {
      CrossValidation one =
          CrossValidation.of(models.get(m), prefactors, biases.get(m), prior, starts.get(m));
      errors = errors == null ? one : errors.plus(one);
    }
    return errors.frames() == 0 ? UNDECIDED : errors.choose(rule);
  }

  /**
   * The sum of all folds but one.
   *
   * @param without -1 for all
   */
  public static NormalEquations sum(NormalEquations[] folds, int without) {
    NormalEquations sum = new NormalEquations(folds[0].size());
    for (int fold = 0; fold < folds.length; fold++) {
      if (fold != without) {
        sum.add(folds[fold]);
      }
    }
    return sum;
  }
}
