package org.dpsieve.outputlayer;

import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.LayerDerivative;
import org.dpsieve.kernel.Matrix;

/**
 * A matrix W that the descriptor D = A&lt;ᵀ A is multiplied by, and the derivatives of D W with
 * respect to the neighbors' displacements. By A they are B = W A&lt; + (W A)ᵀ, [4, width, outputs]
 * for an atom. Some columns of W are worked on at a time, so that B stays in the nearest caches
 * until the neighbors have been multiplied by it.
 */
final class FirstLayer {
  private static final int COLUMNS = NeighborRows.COLUMNS;

  private final Gemm gemm;
  private final LayerDerivative derivative;
  private final int width;
  private final int axes;
  private final int outputs;
  private final int[] cuts;
  private final Gemm.Factor[] byAxis; // [axes, width * columns]
  private final Gemm.Factor[] byRow; // [width, axes * columns]
  private double[] b = new double[0];
  private double[] part = new double[0];
  private double[] along = new double[0];
  private double[] across = new double[0];

  /**
   * @param weight row-major [width, axes, outputs]
   */
  FirstLayer(DenseKernel kernel, double[] weight, int width, int axes, int outputs) {
    this.gemm = kernel.gemm();
    this.derivative = kernel.layerDerivative();
    this.width = width;
    this.axes = axes;
    this.outputs = outputs;
    this.cuts = gemm.cuts(outputs);
    this.byAxis = new Gemm.Factor[cuts.length - 1];
    this.byRow = new Gemm.Factor[cuts.length - 1];
    for (int p = 0; p < byRow.length; p++) {
      int columns = cuts[p + 1] - cuts[p];
      double[] rows = new double[width * axes * columns];
      double[] turned = new double[rows.length];
      for (int m = 0; m < width; m++) {
        for (int axis = 0; axis < axes; axis++) {
          int from = (m * axes + axis) * outputs + cuts[p];
          System.arraycopy(weight, from, rows, (m * axes + axis) * columns, columns);
          System.arraycopy(weight, from, turned, (axis * width + m) * columns, columns);
        }
      }
      byRow[p] = gemm.factor(rows, width, axes * columns);
      byAxis[p] = gemm.factor(turned, axes, width * columns);
    }
  }

  /**
   * The derivatives of D W, times a slope.
   *
   * @param slope row-major [atoms, outputs]
   * @param tangent row-major [pairs, 3, outputs], Å⁻¹, by the displacement's components;
   *     overwritten
   */
  void tangent(NeighborRows rows, double[] slope, double[] tangent) {
    int atoms = rows.block().count();
    int columns = 0;
    for (int p = 0; p < byRow.length; p++) {
      columns = Math.max(columns, cuts[p + 1] - cuts[p]);
    }
    b = Buffers.atLeast(b, atoms * COLUMNS * width * columns);
    part = Buffers.atLeast(part, atoms * COLUMNS * axes * columns);
    along = Buffers.atLeast(along, rows.mostNeighbors() * columns);
    across = Buffers.atLeast(across, 3 * rows.mostNeighbors() * columns);
    for (int p = 0; p < byRow.length; p++) {
      byMatrix(rows, p);
      for (int atom = 0; atom < atoms; atom++) {
        byNeighbors(rows, atom, p, slope, tangent);
      }
    }
  }

  private void byMatrix(NeighborRows rows, int p) {
    int columns = cuts[p + 1] - cuts[p];
    int count = rows.block().count() * COLUMNS;
    int pitch = width * columns;
    int partPitch = axes * columns;
    Matrix a = new Matrix(rows.matrix(), width);
    byAxis[p].multiply(count, a, new Matrix(b, pitch));
    byRow[p].multiply(count, a, new Matrix(part, partPitch));
    for (int row = 0; row < count; row++) {
      add(part, row * partPitch, b, row * pitch, partPitch);
    }
  }

  private static void add(double[] source, int from, double[] target, int to, int count) {
    for (int k = 0; k < count; k++) {
      target[to + k] += source[from + k];
    }
  }

  private void byNeighbors(NeighborRows rows, int atom, int p, double[] slope, double[] tangent) {
    int columns = cuts[p + 1] - cuts[p];
    int from = rows.block().start()[atom];
    int count = rows.block().start()[atom + 1] - from;
    if (count == 0) {
      return;
    }
    int all = COLUMNS * width;
    gemm.multiply(
        count,
        columns,
        all,
        new Matrix(rows.along(), from * all, all),
        new Matrix(b, atom * all * columns, columns),
        new Matrix(along, columns));
    for (int c = 1; c < COLUMNS; c++) {
      gemm.multiply(
          count,
          columns,
          width,
          new Matrix(rows.embedded(), from * width, width),
          new Matrix(b, (atom * COLUMNS + c) * width * columns, columns),
          new Matrix(across, (c - 1) * count * columns, columns));
    }
    derivative.combine(
        count,
        columns,
        new Matrix(rows.environment().unit(), 3 * from, 3),
        new Matrix(rows.across(), 3 * from, 3),
        along,
        across,
        new Matrix(slope, atom * outputs + cuts[p], 0),
        new Matrix(tangent, 3 * from * outputs + cuts[p], outputs));
  }
}
