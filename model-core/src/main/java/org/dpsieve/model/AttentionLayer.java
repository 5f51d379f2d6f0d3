package org.dpsieve.model;

import java.io.Serializable;

/**
 * Gated self-attention over the neighbors of one atom, G' = norm(G + out(A V)), (Q, K, V) = in(G)
 * ({@code deepmd/dpmodel/descriptor/dpa1.py: NeighborGatedAttentionLayer, GatedAttentionLayer}).
 *
 * @param in [width, 3 hidden], linear
 * @param out [hidden, width], linear
 * @param normalized whether every row of Q, K and V is divided by its length
 * @param shortest what they, and the vectors between whose directions the cosine is taken, are
 *     divided by when they are shorter
 * @param scaling of Q K^T
 * @param angular whether the weights are multiplied by the cosine between the two neighbors ({@code
 *     attn_dotr})
 * @param normWeight scale of the layer normalisation, [width]
 * @param normBias its shift, [width]
 * @param normEpsilon added to the variance
 */
public record AttentionLayer(
    Layer in,
    Layer out,
    boolean normalized,
    double shortest,
    double scaling,
    boolean angular,
    double[] normWeight,
    double[] normBias,
    double normEpsilon)
    implements Serializable {
  /**
   * With a smooth type embedding the scores are (score + SHIFT) w_j w_k - SHIFT, so that a neighbor
   * leaves gently.
   */
  public static final double SHIFT = 20;

  public int hidden() {
    return out.inputs();
  }

  /** What the layer makes of an embedding that takes nothing from others, norm(g + out(0)). */
  double[] alone(double[] g) {
    int width = g.length;
    double[] sum = new double[width];
    double mean = 0;
    for (int m = 0; m < width; m++) {
      sum[m] = g[m] + out.bias()[m];
      mean += sum[m] / width;
    }
    double variance = 0;
    for (double x : sum) {
      variance += (x - mean) * (x - mean) / width;
    }
    for (int m = 0; m < width; m++) {
      sum[m] = (sum[m] - mean) / Math.sqrt(variance + normEpsilon) * normWeight[m] + normBias[m];
    }
    return sum;
  }
}
