package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.TabulatedEmbedding;

/** An embedding and its derivative, for many neighbors at once. */
final class EmbeddingSlopes implements AutoCloseable {
  private final Embedding embedding;
  private final List<LayerRows> layers;

  EmbeddingSlopes(Embedding embedding) {
    this.embedding = embedding;
    layers =
        embedding instanceof Network net
            ? net.layers().stream().map(LayerRows::new).toList()
            : List.of();
  }

  /**
   * @param s the embedding's inputs, [count]
   * @return G(s), then dG(s)/ds, row-major [2 count, embeddingWidth]
   */
  double[] of(double[] s) {
    int count = s.length;
    if (embedding instanceof TabulatedEmbedding table) {
      int width = table.outputSize();
      double[] both = new double[2 * count * width];
      for (int i = 0; i < count; i++) {
        table.evaluate(s[i], both, i * width, (count + i) * width);
      }
      return both;
    }
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
