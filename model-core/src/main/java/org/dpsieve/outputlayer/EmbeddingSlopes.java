package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.TabulatedEmbedding;

/** An embedding and its derivative, for many neighbors at once. Not for two threads at once. */
final class EmbeddingSlopes {
  private final Embedding embedding;
  private final List<LayerRows> layers;
  private double[] x = new double[0];
  private double[] y = new double[0];
  private double[] slope = new double[0];

  EmbeddingSlopes(Embedding embedding, DenseKernel kernel) {
    this.embedding = embedding;
    layers =
        embedding instanceof Network net
            ? net.layers().stream().map(layer -> new LayerRows(layer, kernel)).toList()
            : List.of();
  }

  /**
   * @param s the embedding's inputs, [count] or longer
   * @return G(s), then dG(s)/ds, row-major [2 count, embeddingWidth] or longer; overwritten by the
   *     next call
   */
  double[] of(double[] s, int count) {
    int width = embedding.outputSize();
    for (LayerRows layer : layers) {
      width = Math.max(width, layer.layer.outputs());
    }
    if (x.length < 2 * count * width) {
      x = new double[2 * count * width];
      y = new double[x.length];
      slope = new double[x.length];
    }
    if (embedding instanceof TabulatedEmbedding table) {
      for (int i = 0; i < count; i++) {
        table.evaluate(s[i], x, i * width, (count + i) * width);
      }
      return x;
    }
    System.arraycopy(s, 0, x, 0, count);
    Arrays.fill(x, count, 2 * count, 1);
    for (LayerRows layer : layers) {
      layer.linear(2 * count, x, y);
      layer.activate(count, x, y, slope);
      layer.chain(count, x, y, slope);
      double[] swap = x;
      x = y;
      y = swap;
    }
    return x;
  }
}
