package org.dpsieve.label;

import java.util.Optional;

/**
 * How a program turned a cell that it wants in an orientation of its own (LAMMPS and others: first
 * vector along x, second in the xy plane).
 */
final class Rotation {
  /** Orthogonal, row-major [3, 3]: turned row = row times this. */
  private final double[] matrix;

  private Rotation(double[] matrix) {
    this.matrix = matrix;
  }

  /**
   * The rotation (or reflection) that takes one cell to the other; empty when none does.
   *
   * @param tolerance Å by which a turned lattice vector may be off
   */
  static Optional<Rotation> between(double[] cell, double[] turned, double tolerance) {
    double[] raw = times(PeriodicDistance.inverse(cell), turned);
    double[] matrix = orthogonal(raw);
    double[] there = times(cell, matrix);
    for (int i = 0; i < 9; i++) {
      if (!(Math.abs(there[i] - turned[i]) < tolerance)) {
        return Optional.empty();
      }
    }
    return Optional.of(new Rotation(matrix));
  }

  /** The step as it is before the turn. */
  Calculation.Step back(Calculation.Step step) {
    double[] inverse = transposed(matrix);
    return new Calculation.Step(
        times(step.cell(), inverse),
        times(step.coord(), inverse),
        step.energy(),
        times(step.force(), inverse),
        step.virial() == null ? null : times(times(matrix, step.virial()), inverse),
        step.converged());
  }

  /** The nearest orthogonal matrix: Newton's iteration X ← (X + X⁻ᵀ) / 2 (Higham 1986). */
  private static double[] orthogonal(double[] matrix) {
    double[] x = matrix;
    for (int step = 0; step < 20; step++) {
      double[] inverse = transposed(PeriodicDistance.inverse(x));
      double[] next = new double[9];
      for (int i = 0; i < 9; i++) {
        next[i] = (x[i] + inverse[i]) / 2;
      }
      x = next;
    }
    return x;
  }

  /** Rows [n, 3] times a matrix [3, 3]. */
  private static double[] times(double[] rows, double[] matrix) {
    double[] product = new double[rows.length];
    for (int i = 0; i < rows.length; i += 3) {
      for (int k = 0; k < 3; k++) {
        product[i + k] =
            rows[i] * matrix[k] + rows[i + 1] * matrix[3 + k] + rows[i + 2] * matrix[6 + k];
      }
    }
    return product;
  }

  private static double[] transposed(double[] m) {
    return new double[] {m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]};
  }
}
