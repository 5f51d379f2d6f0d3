package org.dpsieve.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * An embedding net that learns of types by a vector of numbers for each ({@code tebd}).
 *
 * @param types the type embedding, [nTypes][tebd_dim]
 * @param network of s and, without {@code strip}, of the two types' vectors: (s, first, second), or
 *     (s, first) with {@code oneSide}
 * @param strip {@code null}, or ({@code tebd_input_mode: strip}) a net of the types' vectors alone:
 *     the embedding is then network(s) (1 + f strip(first, second)), f the product of the switches
 *     where {@code smooth}, else 1
 * @param oneSide whether only the first type counts
 * @param smooth {@code smooth_type_embedding}
 */
public record TypedEmbedding(
    double[][] types, Network network, Network strip, boolean oneSide, boolean smooth)
    implements Serializable {
  public int width() {
    return network.outputSize();
  }

  public int typeCount() {
    return types.length;
  }

  /** Length of a type's vector. */
  public int dimension() {
    return types[0].length;
  }

  /** The vectors of two types, or of the first one alone, as the nets take them. */
  public double[] pair(int first, int second) {
    int d = dimension();
    double[] both = new double[oneSide ? d : 2 * d];
    System.arraycopy(types[first], 0, both, 0, d);
    if (!oneSide) {
      System.arraycopy(types[second], 0, both, d, d);
    }
    return both;
  }

  /**
   * The embedding of one pair of types, as if it was not gated, as a net of one input: a linear
   * layer puts the types' numbers behind it, or, stripped, multiplies what comes out.
   */
  public Network of(int first, int second) {
    return of(pair(first, second));
  }

  /** The same of a slot without a neighbor. */
  public Network ofEmpty(int centre) {
    return of(emptyPair(centre));
  }

  private Network of(double[] types) {
    List<Layer> layers = new ArrayList<>();
    if (strip == null) {
      int inputs = 1 + types.length;
      double[] weight = new double[inputs];
      weight[0] = 1;
      double[] bias = new double[inputs];
      System.arraycopy(types, 0, bias, 1, types.length);
      layers.add(Layer.linear(1, inputs, weight, bias));
      layers.addAll(network.layers());
    } else {
      double[] factor = strip.apply(types);
      int width = factor.length;
      double[] weight = new double[width * width];
      for (int m = 0; m < width; m++) {
        weight[m * width + m] = 1 + factor[m];
      }
      layers.addAll(network.layers());
      layers.add(Layer.linear(width, width, weight, new double[width]));
    }
    return new Network(layers);
  }

  /** The type of a slot without a neighbor is a vector of zeros. */
  private double[] emptyPair(int centre) {
    double[] types = new double[oneSide ? dimension() : 2 * dimension()];
    if (!oneSide) {
      System.arraycopy(this.types[centre], 0, types, dimension(), dimension());
    }
    return types;
  }

  /** The embedding of a slot without a neighbor. */
  double[] ofEmpty(double s, int centre) {
    double[] types = emptyPair(centre);
    if (strip == null) {
      double[] input = new double[1 + types.length];
      input[0] = s;
      System.arraycopy(types, 0, input, 1, types.length);
      return network.apply(input);
    }
    double[] g = network.apply(new double[] {s});
    double[] factor = smooth ? new double[g.length] : strip.apply(types);
    for (int m = 0; m < g.length; m++) {
      g[m] *= 1 + factor[m];
    }
    return g;
  }
}
