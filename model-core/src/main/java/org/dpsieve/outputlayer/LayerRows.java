package org.dpsieve.outputlayer;

import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;

/** One layer of a net for many rows at once: values, and slopes of the activation. */
final class LayerRows implements AutoCloseable {
  final Layer layer;
  private final NativeMatrix weight;
  private final NativeMatrix input = new NativeMatrix();
  private final NativeMatrix output = new NativeMatrix();

  LayerRows(Layer layer) {
    this.layer = layer;
    this.weight = NativeMatrix.of(layer.weight());
  }

  /** x W, row-major [rows, outputs]; no bias. */
  double[] linear(double[] x, int rows) {
    input.put(x, rows * layer.inputs());
    output.reserve((long) rows * layer.outputs());
    NativeMatrix.multiply(
        rows,
        layer.outputs(),
        layer.inputs(),
        input,
        0,
        layer.inputs(),
        weight,
        0,
        layer.outputs(),
        0,
        output,
        0,
        layer.outputs());
    double[] result = new double[rows * layer.outputs()];
    output.get(0, result, result.length);
    return result;
  }

  /**
   * Turns x W into the activation's part of the layer and its slope, both times the time step.
   *
   * @param z x W, row-major [rows, outputs] or longer; overwritten with idt activation(z + b)
   * @param slope overwritten with idt activation'(z + b), [rows, outputs]
   */
  void activate(double[] z, int rows, double[] slope) {
    Activation activation = layer.activation();
    boolean tanh = activation.equals(Activation.TANH);
    int width = layer.outputs();
    for (int row = 0; row < rows; row++) {
      for (int h = 0; h < width; h++) {
        int k = row * width + h;
        double x = z[k] + layer.bias()[h];
        double value = tanh ? Math.tanh(x) : activation.value(x);
        double derivative = tanh ? 1 - value * value : activation.derivative(x);
        double step = layer.idt() == null ? 1 : layer.idt()[h];
        z[k] = step * value;
        slope[k] = step * derivative;
      }
    }
  }

  /** Adds the shortcut's part of x to y, both row by row. */
  void addShortcut(double[] x, double[] y, int rows) {
    if (layer.shortcut() == Layer.Shortcut.NONE) {
      return;
    }
    int inputs = layer.inputs();
    int width = layer.outputs();
    for (int row = 0; row < rows; row++) {
      for (int from = 0; from < width; from += inputs) { // once, or twice where it doubles
        int to = Math.min(inputs, width - from);
        for (int h = 0; h < to; h++) {
          y[row * width + from + h] += x[row * inputs + h];
        }
      }
    }
  }

  @Override
  public void close() {
    weight.close();
    input.close();
    output.close();
  }
}
