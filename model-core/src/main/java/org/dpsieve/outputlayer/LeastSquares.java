package org.dpsieve.outputlayer;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;

/**
 * The loss as a quadratic form of the parameters' change, with some directions solved for at once:
 * above all the same shift of all biases, that is the same energy for every atom. A new level of
 * theory may put its zero where it likes, so this shift is free, whatever holds back the other
 * changes.
 */
final class LeastSquares {
  /** Eigenvalues below this part of the trace may be rounding. */
  private static final double ROUNDING = 4 * Math.ulp(1.0);

  /** Singular values below this part of the largest are rounding of the sums. */
  private static final double CUTOFF = 2e-15;

  /** A shift that has so little of its stiffness left beside the earlier ones is one of those. */
  private static final double SAME = 1e-9;

  private final int size;
  private final double[] matrix; // without the shifts, row-major [size, size]
  private final double[] right; // without the shifts, [size]
  private final List<Shift> shifts = new ArrayList<>();
  private final double trace;

  /**
   * @param direction 1 at each bias that has an effect
   * @param coupling how much of the shift a unit of each parameter asks for
   * @param best without any other change
   */
  private record Shift(double[] direction, double[] coupling, double best) {}

  /**
   * The loss, with all that no label is fitted to under {@link Hold}.
   *
   * @param biases places of the biases among the parameters
   */
  LeastSquares(NormalEquations equations, LossPrefactors prefactors, int[] biases) {
    this(equations, prefactors, new int[][] {biases});
  }

  /**
   * @param free places of biases that are shifted together, a group for each shift that is free;
   *     the first has all
   */
  LeastSquares(NormalEquations equations, LossPrefactors prefactors, int[][] free) {
    this(equations, prefactors, free[0], free, true);
  }

  /**
   * @param biases places of the biases among the parameters
   * @param free those that are shifted first, a group for each shift
   * @param partly see {@link Hold#add}
   */
  private LeastSquares(
      NormalEquations equations,
      LossPrefactors prefactors,
      int[] biases,
      int[][] free,
      boolean partly) {
    size = equations.size();
    matrix = new double[size * size];
    right = new double[size];
    double frames = equations.frames();
    for (LabelKind kind : LabelKind.values()) {
      double weight = kind.prefactor(prefactors) / frames;
      equations.labelled(kind).addMatrix(weight, matrix);
      equations.labelled(kind).addRight(weight, right);
    }
    double sum = 0;
    for (int k = 0; k < size; k++) {
      sum += matrix[k * size + k];
    }
    if (!(sum > 0)) {
      throw new InputException(
          "no label says anything about the output layer; expected energies, forces or virials whose loss prefactor is above 0");
    }
    trace = sum;
    new Hold(equations, prefactors).add(partly, biases, 1 / frames, matrix, right);
    double[] diagonal = new double[size];
    for (int k = 0; k < size; k++) {
      diagonal[k] = matrix[k * size + k];
    }
    for (int[] group : free) {
      takeOut(group, diagonal);
    }
  }

  private void takeOut(int[] biases, double[] diagonal) {
    double[] shift = new double[size];
    double before = 0;
    for (int bias : biases) {
      shift[bias] = diagonal[bias] > 0 ? 1 : 0;
      before += diagonal[bias];
    }
    double[] coupling = Vectors.times(matrix, shift);
    double stiffness = Vectors.dot(shift, coupling);
    if (!(stiffness > SAME * before)) {
      return;
    }
    double pull = Vectors.dot(shift, right);
    for (int k = 0; k < size; k++) {
      coupling[k] /= stiffness;
    }
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        matrix[i * size + j] -= stiffness * coupling[i] * coupling[j];
      }
      right[i] -= coupling[i] * pull;
    }
    shifts.add(new Shift(shift, coupling, pull / stiffness));
  }

  int size() {
    return size;
  }

  /** The quadratic form without the shift, row-major [size, size]. */
  double[] matrix() {
    return matrix;
  }

  /** The linear form without the shift, [size]. */
  double[] right() {
    return right;
  }

  /** What rounding in the sums may have added to an eigenvalue of the quadratic form. */
  double rounding() {
    return ROUNDING * trace;
  }

  /** The change with the shifts that suit it best; changes its argument. */
  double[] withShifts(double[] change) {
    for (int last = shifts.size() - 1; last >= 0; last--) {
      Shift shift = shifts.get(last);
      double best = shift.best() - Vectors.dot(shift.coupling(), change);
      for (int k = 0; k < size; k++) {
        change[k] += best * shift.direction()[k];
      }
    }
    return change;
  }

  /**
   * The minimum of the loss alone; of several, the smallest change beside the shift: LAPACK's
   * {@code dgelsd} on the normal equations, singular values below {@link #CUTOFF} of the largest
   * taken as zero.
   *
   * <p>Hidden units are so alike that some hundred labels leave eigenvalues down to 1e-16 of the
   * largest, where sums in double precision are rounded, so digits of the result belong to the
   * method: for the four models of the Ag-Au example and a hundred frames, a singular value
   * decomposition of all rows reaches a loss 0.003 to 3 % lower, and errors on other frames that
   * differ by up to 2 %, some lower and some higher. Rows of a large training set fit no memory.
   *
   * @param biases places of the biases among the parameters
   */
  static double[] smallestChange(
      NormalEquations equations, LossPrefactors prefactors, int[] biases) {
    LeastSquares whole = new LeastSquares(equations, prefactors, biases, new int[0][], false);
    LeastSquares shifted =
        new LeastSquares(equations, prefactors, biases, new int[][] {biases}, false);
    double[] change = shifted.right;
    OpenBlas.leastSquares(whole.matrix, change, CUTOFF);
    for (Shift shift : shifted.shifts) {
      for (int k = 0; k < change.length; k++) {
        change[k] += shift.best() * shift.direction()[k];
      }
    }
    return change;
  }
}
