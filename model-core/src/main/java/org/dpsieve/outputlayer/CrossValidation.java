package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Errors on frames left out, a fold at a time, for each ridge of a grid: sums of squares, of energy
 * and force with a frame's weights.
 *
 * @param ridges ascending
 * @param loss mean loss times frames
 * @param frames how many were left out in turn
 * @param prefactors of the loss: labels whose prefactor is 0 decide nothing
 * @param forces whether any of them had a force label
 */
record CrossValidation(
    double[] ridges,
    double[] energy,
    double[] force,
    double[] loss,
    long frames,
    LossPrefactors prefactors,
    boolean forces) {
  /** The energies' error may not be more than this times the smallest on the way. */
  private static final double ENERGY_MARGIN = 1.5;

  /** Of the smallest mean square. */
  private static final double NEAR = 0.1;

  /** Where no forces are fitted, the model's own count at least as labels would. */
  private static final double LEAST_WITHOUT_FORCES = 1;

  static CrossValidation of(
      NormalEquations[] folds,
      LossPrefactors prefactors,
      int[] biases,
      Prior prior,
      double[] start) {
    return of(
        List.of(folds),
        prefactors,
        prior.grid(),
        rest -> prior.ridge(new LeastSquares(rest, prefactors, biases), rest, start));
  }

  static CrossValidation of(
      List<NormalEquations> folds, LossPrefactors prefactors, Restraint restraint) {
    return of(folds, prefactors, restraint.grid(), rest -> restraint.ridge(rest, prefactors));
  }

  /**
   * @param problem of all frames but those of a fold
   */
  private static CrossValidation of(
      List<NormalEquations> folds,
      LossPrefactors prefactors,
      double[] ridges,
      Function<NormalEquations, Ridge> problem) {
    CrossValidation errors =
        new CrossValidation(
            ridges,
            new double[ridges.length],
            new double[ridges.length],
            new double[ridges.length],
            0,
            prefactors,
            false);
    long frames = 0;
    boolean forces = false;
    for (int fold = 0; fold < folds.size(); fold++) {
      NormalEquations left = folds.get(fold);
      NormalEquations rest = OutputLayerFit.sum(folds.toArray(NormalEquations[]::new), fold);
      if (left.frames() == 0 || rest.frames() == 0) {
        continue;
      }
      frames += left.frames();
      forces |= left.force.rows() > 0;
      Ridge fit = problem.apply(rest);
      for (int k = 0; k < ridges.length; k++) {
        double[] change = fit.change(ridges[k]);
        errors.force[k] += left.force.square(change);
        errors.energy[k] += left.energy.square(change);
        errors.loss[k] += left.loss(prefactors, change) * left.frames();
      }
    }
    return new CrossValidation(
        ridges, errors.energy, errors.force, errors.loss, frames, prefactors, forces);
  }

  /** Whether errors of forces choose; without forces to fit the loss does. */
  private boolean byForces() {
    return forces && prefactors.force() > 0;
  }

  private double[] decisive() {
    return byForces() ? force : loss;
  }

  double choose(RidgeRule rule) {
    return switch (rule) {
      case LARGEST -> largest();
      case LEAST_LOSS -> least(loss);
      case LARGEST_NEAR_LEAST -> largestNear(decisive());
    };
  }

  private double largest() {
    int first = 0;
    while (!byForces() && ridges[first] < LEAST_WITHOUT_FORCES && first < ridges.length - 1) {
      first++;
    }
    double[] decisive = decisive();
    double smallest = Arrays.stream(decisive).skip(first).min().orElseThrow();
    double smallestEnergy = Arrays.stream(energy).skip(first).min().orElseThrow();
    boolean anyEnergy = !byForces() || prefactors.energy() == 0; // the loss has the energies in it
    int chosen = -1;
    for (int k = first; k < ridges.length; k++) {
      boolean best = decisive[k] == smallest && chosen < 0;
      boolean asGood = decisive[k] <= smallest * (1 + 1 / Math.sqrt(frames));
      if (best
          || asGood && (anyEnergy || energy[k] <= smallestEnergy * ENERGY_MARGIN * ENERGY_MARGIN)) {
        chosen = k;
      }
    }
    return ridges[chosen];
  }

  private double largestNear(double[] errors) {
    double smallest = Arrays.stream(errors).min().orElseThrow();
    int chosen = 0;
    for (int k = 0; k < ridges.length; k++) {
      chosen = errors[k] <= smallest * (1 + NEAR) ? k : chosen;
    }
    return ridges[chosen];
  }

  private double least(double[] errors) {
    int chosen = 0;
    for (int k = 1; k < ridges.length; k++) {
      chosen = errors[k] < errors[chosen] ? k : chosen;
    }
    return ridges[chosen];
  }

  /** With another model's, of the same frames. */
  CrossValidation plus(CrossValidation other) {
    return new CrossValidation(
        ridges,
        sum(energy, other.energy),
        sum(force, other.force),
        sum(loss, other.loss),
        frames,
        prefactors,
        forces);
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int k = 0; k < sum.length; k++) {
      sum[k] += b[k];
    }
    return sum;
  }
}
