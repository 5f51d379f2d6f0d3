package org.dpsieve.kernel;

import org.dpsieve.model.Layer;

/**
 * What follows the matrix product of a layer: bias, activation and its slope, shortcut. Without
 * state; an element's bits do not depend on the other rows.
 */
public interface LayerFunction {
  /**
   * @param x the layer's input, row-major [rows, inputs]
   * @param y x W on entry, the layer's output on return, row-major [rows, outputs]
   * @param slope idt * activation'(x W + b), overwritten, [rows, outputs]
   */
  void apply(Layer layer, int rows, double[] x, double[] y, double[] slope);
}
