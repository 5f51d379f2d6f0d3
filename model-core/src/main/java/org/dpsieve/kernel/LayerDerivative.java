package org.dpsieve.kernel;

import org.dpsieve.model.Layer;

/**
 * What follows the matrix products of the derivatives of layers. Without state; an element's bits
 * do not depend on the other rows.
 */
public interface LayerDerivative {
  /**
   * Turns derivatives of x W into those of the layer's output: slope * dy, and of dx what the
   * shortcut adds.
   *
   * @param dx [rows, inputs]
   * @param dy of x W on entry, [rows, outputs]
   * @param slope as {@link LayerFunction#apply} leaves it, [rows, outputs]; with a pitch of 0 one
   *     row for all
   */
  void chain(Layer layer, int rows, Matrix dx, Matrix dy, Matrix slope);

  /**
   * Rows made of two others each, times a slope: three for each pair, one by each direction x, with
   * slope * (along[pair] f[pair, x] + across[x, pair] g[pair, x]).
   *
   * @param f [pairs, 3]
   * @param g [pairs, 3]
   * @param along row-major [pairs, columns]
   * @param across row-major [3, pairs, columns]
   * @param slope one row of {@code columns}
   * @param target [3 pairs, columns], overwritten
   */
  void combine(
      int pairs,
      int columns,
      Matrix f,
      Matrix g,
      double[] along,
      double[] across,
      Matrix slope,
      Matrix target);
}
