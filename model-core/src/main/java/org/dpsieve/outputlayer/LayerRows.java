package org.dpsieve.outputlayer;

import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.LayerDerivative;
import org.dpsieve.kernel.LayerFunction;
import org.dpsieve.kernel.Matrix;
import org.dpsieve.model.Layer;

/** One layer of a net for many rows at once: values, and slopes of the activation. */
final class LayerRows {
  final Layer layer;
  private final Gemm.Factor weight;
  private final LayerFunction function;
  private final LayerDerivative derivative;
  private final double[] unit; // row-major [inputs, inputs]

  LayerRows(Layer layer, DenseKernel kernel) {
    this.layer = layer;
    this.weight = kernel.gemm().factor(layer.weight(), layer.inputs(), layer.outputs());
    this.function = kernel.layerFunction();
    this.derivative = kernel.layerDerivative();
    this.unit = new double[layer.inputs() * layer.inputs()];
    for (int k = 0; k < layer.inputs(); k++) {
      unit[k * layer.inputs() + k] = 1;
    }
  }

  /**
   * y = x W; no bias.
   *
   * @param x row-major [rows, inputs] or longer
   * @param y row-major [rows, outputs] or longer
   */
  void linear(int rows, double[] x, double[] y) {
    weight.multiply(rows, new Matrix(x, layer.inputs()), new Matrix(y, layer.outputs()));
  }

  /**
   * From x W to the layer's output.
   *
   * @param x row-major [rows, inputs] or longer
   * @param y x W, row-major [rows, outputs] or longer; overwritten
   * @param slope overwritten with idt activation'(x W + b), [rows, outputs] or longer
   */
  void activate(int rows, double[] x, double[] y, double[] slope) {
    function.apply(layer, rows, x, y, slope);
  }

  /**
   * From derivatives of x to those of the layer's output.
   *
   * @param dx [rows, inputs]
   * @param dy [rows, outputs], overwritten
   * @param slope one row of {@link #activate}'s, at the layer's input
   */
  void differentiate(int rows, Matrix dx, Matrix dy, Matrix slope) {
    weight.multiply(rows, dx, dy);
    derivative.chain(layer, rows, dx, dy, slope);
  }

  /**
   * The derivatives of the layer's output by its input.
   *
   * @param target row-major [inputs, outputs], overwritten
   * @param slope one row of {@link #activate}'s, at the layer's input
   */
  void differentiate(double[] target, Matrix slope) {
    int inputs = layer.inputs();
    System.arraycopy(layer.weight(), 0, target, 0, inputs * layer.outputs());
    derivative.chain(
        layer, inputs, new Matrix(unit, inputs), new Matrix(target, layer.outputs()), slope);
  }

  /** Of the rows after the first {@code count}, x W and x being derivatives of those. */
  void chain(int count, double[] x, double[] y, double[] slope) {
    derivative.chain(
        layer,
        count,
        new Matrix(x, count * layer.inputs(), layer.inputs()),
        new Matrix(y, count * layer.outputs(), layer.outputs()),
        new Matrix(slope, layer.outputs()));
  }
}
