package org.dpsieve.kernel;

import org.dpsieve.model.Layer;

/** Any number of rows times a constant matrix, by {@link Gemm} and its fixed number of rows. */
final class RowProduct {
  private final Gemm.Factor factor;
  private final int rows;
  private final int inputs;
  private final int outputs;
  private final double[] left;
  private final double[] right;

  private RowProduct(Gemm gemm, double[] matrix, int inputs, int outputs) {
    factor = gemm.factor(matrix, inputs, outputs);
    rows = gemm.rows();
    this.inputs = inputs;
    this.outputs = outputs;
    left = new double[rows * inputs];
    right = new double[rows * outputs];
  }

  /** By a layer's matrix. */
  static RowProduct of(Gemm gemm, Layer layer) {
    return new RowProduct(gemm, layer.weight(), layer.inputs(), layer.outputs());
  }

  /** By its transpose. */
  static RowProduct transposed(Gemm gemm, Layer layer) {
    double[] back = FittingKernel.transposed(layer.weight(), layer.inputs(), layer.outputs());
    return new RowProduct(gemm, back, layer.outputs(), layer.inputs());
  }

  /** Not for two threads at once. */
  void multiply(double[] a, double[] c, int count) {
    for (int from = 0; from < count; from += rows) {
      int now = Math.min(rows, count - from);
      System.arraycopy(a, from * inputs, left, 0, now * inputs);
      factor.multiply(left, right, now);
      System.arraycopy(right, 0, c, from * outputs, now * outputs);
    }
  }
}
