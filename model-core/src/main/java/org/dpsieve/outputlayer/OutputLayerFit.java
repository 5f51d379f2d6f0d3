package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.dpsieve.error.InputException;

/**
 * The change of the output layers' parameters that fits the labels best.
 *
 * @param change added to the starting parameters, [size]
 * @param ridge what it was found with: see {@link Ridge}
 * @param chosen whether cross-validation chose the ridge
 */
public record OutputLayerFit(double[] change, double ridge, boolean chosen) {
  /** Parts that frames are divided into for cross-validation. */
  public static final int FOLDS = 5;

  /** Ridge where there are too few frames to leave any out: forces count ten times as they were. */
  private static final double UNDECIDED = 10;

  /** The energies' error may not be more than this times the smallest on the way. */
  private static final double ENERGY_MARGIN = 1.5;

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
    NormalEquations all = sum(folds, -1);
    if (all.frames() == 0) {
      throw new InputException("no labelled frame to fit the output layer to");
    }
    if (ridge.isPresent() && ridge.getAsDouble() == 0) {
      return new OutputLayerFit(LeastSquares.smallestChange(all, prefactors, biases), 0, false);
    }
    LeastSquares problem = new LeastSquares(all, prefactors, biases);
    double value = ridge.orElseGet(() -> chosenRidge(folds, prefactors, biases));
    double[] change = new Ridge(problem, all.forceForm()).change(value);
    return new OutputLayerFit(change, value, ridge.isEmpty());
  }

  private static NormalEquations sum(NormalEquations[] folds, int without) {
    NormalEquations sum = new NormalEquations(folds[0].size());
    for (int fold = 0; fold < folds.length; fold++) {
      if (fold != without) {
        sum.add(folds[fold]);
      }
    }
    return sum;
  }

  /**
   * Cross-validation that leaves out whole frames, a fold at a time. Taking single labels as the
   * data, as the closed formula of generalised cross-validation does, sees thousands of force
   * components against some hundred parameters and finds no reason for any ridge; but the
   * components of a frame, its energy and its virial err together. For the four models and the pool
   * of the Ag-Au example, 100 labels drawn at random and a ridge on the weights by generalised
   * cross-validation leave 500 to 590 of 2,500 frames on which the models disagree; this choice,
   * with the same labels, 176 to 234.
   *
   * <p>Of all ridges whose force error on frames left out is, within its own uncertainty, the
   * smallest, the largest is taken: the mean square over N frames is uncertain by about 1/sqrt(N)
   * of itself. The larger the ridge, the less the models of an ensemble disagree on frames unlike
   * the labelled ones. It has a price: with 100 labels of that pool, energies of other frames came
   * out between 11 % more and 33 % less accurate than without a ridge, forces 0 to 12 % more.
   * Without force labels the loss decides in place of the force error.
   */
  private static double chosenRidge(
      NormalEquations[] folds, LossPrefactors prefactors, int[] biases) {
    double[] ridges = grid();
    double[] force = new double[ridges.length];
    double[] energy = new double[ridges.length];
    double[] loss = new double[ridges.length];
    long frames = 0;
    long forces = 0;
    for (int fold = 0; fold < folds.length; fold++) {
      NormalEquations rest = sum(folds, fold);
      if (folds[fold].frames() == 0 || rest.frames() == 0) {
        continue;
      }
      frames += folds[fold].frames();
      forces += folds[fold].force.rows();
      Ridge fit = new Ridge(new LeastSquares(rest, prefactors, biases), rest.forceForm());
      for (int k = 0; k < ridges.length; k++) {
        double[] change = fit.change(ridges[k]);
        force[k] += folds[fold].force.square(change);
        energy[k] += folds[fold].energy.square(change);
        loss[k] += folds[fold].loss(prefactors, change) * folds[fold].frames();
      }
    }
    if (frames == 0) {
      return UNDECIDED;
    }
    double[] decisive = forces > 0 ? force : loss;
    double smallest = Arrays.stream(decisive).min().getAsDouble();
    double smallestEnergy = Arrays.stream(energy).min().getAsDouble();
    int chosen = -1;
    for (int k = 0; k < ridges.length; k++) {
      boolean best = decisive[k] == smallest && chosen < 0;
      boolean asGood = decisive[k] <= smallest * (1 + 1 / Math.sqrt(frames));
      if (best || asGood && energy[k] <= smallestEnergy * ENERGY_MARGIN * ENERGY_MARGIN) {
        chosen = k;
      }
    }
    return ridges[chosen];
  }

  /**
   * 1e-3 to 30, four a decade. Where cross-validation asks for more, a fold has left out all frames
   * of their kind, and what it says of them means nothing: with 15 labels of many compositions, 30
   * was better than 1,000 by a factor of 5 in the loss of other frames.
   */
  static double[] grid() {
    double[] ridges = new double[19];
    for (int k = 0; k < ridges.length; k++) {
      ridges[k] = Math.pow(10, -3 + k / 4.0);
    }
    return ridges;
  }
}
