package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a fit leaves free, and how it measures the change that a ridge holds back.
 *
 * @param free places of the biases that are shifted together at no cost, a group for each shift;
 *     the first has all
 * @param form mean square of the forces a change makes, row-major [size, size], (eV/Å)²; {@code
 *     null} for that of the labelled frames themselves
 */
public record Restraint(int[][] free, double[] form) implements Serializable {
  /**
   * One shift common to all atoms, and forces on the labelled frames.
   *
   * @param biases places of the biases
   */
  public static Restraint ofLabelled(int[] biases) {
    return new Restraint(new int[][] {biases}, null);
  }

  /**
   * A shift of each element's energy besides, as two codes or two pseudopotentials differ by
   * hundreds of eV an atom. Forces on frames that stand for the whole pool: few labelled frames
   * leave changes free that are wild elsewhere.
   *
   * @param form of these frames
   */
  public static Restraint ofPool(int[] biases, double[] form) {
    int[][] free = new int[biases.length + 1][];
    free[0] = biases;
    for (int k = 0; k < biases.length; k++) {
      free[k + 1] = new int[] {biases[k]};
    }
    return new Restraint(free, form);
  }

  double[] formOf(NormalEquations equations) {
    return form == null ? equations.forceForm() : form;
  }

  Ridge ridge(NormalEquations equations, LossPrefactors prefactors) {
    LeastSquares problem = new LeastSquares(equations, prefactors, free);
    return new Ridge(problem, formOf(equations), new double[equations.size()]);
  }

  /**
   * The change of the parameters that fits best.
   *
   * @param ridge 0 for none
   */
  double[] change(NormalEquations equations, LossPrefactors prefactors, double ridge) {
    return ridge == 0
        ? LeastSquares.smallestChange(equations, prefactors, free[0])
        : ridge(equations, prefactors).change(ridge);
  }

  /**
   * Ridges to choose from, ascending, four a decade. By the labelled frames' own forces from 1e-3
   * on, see {@link Prior#grid}; by the pool's from 1e-4, as those hold back what no label speaks
   * of.
   */
  double[] grid() {
    double[] own = Prior.START_FORCES.grid();
    if (form == null) {
      return own;
    }
    double[] longer = new double[own.length + 4];
    for (int k = 0; k < 4; k++) {
      longer[k] = own[0] * Math.pow(10, -1 + k / 4.0);
    }
    System.arraycopy(own, 0, longer, 4, own.length);
    return longer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Restraint restraint
        && Arrays.deepEquals(free, restraint.free)
        && Arrays.equals(form, restraint.form);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.deepHashCode(free) + Arrays.hashCode(form);
  }

  @Override
  public String toString() {
    return "Restraint[%d free shifts, forces on %s]"
        .formatted(free.length, form == null ? "the labelled frames" : "the pool");
  }
}
