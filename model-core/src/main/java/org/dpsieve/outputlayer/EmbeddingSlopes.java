package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.Network;

/** An embedding net and its derivative, for many neighbours at once. */
final class EmbeddingSlopes implements AutoCloseable {
  private final List<LayerRows> layers;

  EmbeddingSlopes(Network net) {
    layers = net.layers().stream().map(LayerRows::new).toList();
  }

  /**
   * @param s the net's inputs, [count]
   * @return net(s), then d net(s)/ds, row-major [2 count, embeddingWidth]
   */
  double[] of(double[] s) {
    int count = s.length;
    double[] x = Arrays.copyOf(s, 2 * count);
    Arrays.fill(x, count, 2 * count, 1);
    for (LayerRows layer : layers) {
      int width = layer.layer.outputs();
      double[] y = layer.linear(x, 2 * count);
      double[] slope = new double[count * width];
      layer.activate(y, count, slope);
      for (int k = 0; k < slope.length; k++) {
        y[slope.length + k] *= slope[k];
      }
      layer.addShortcut(x, y, 2 * count);
      x = y;
    }
    return x;
  }

  @Override
  public void close() {
    layers.forEach(LayerRows::close);
  }
}
