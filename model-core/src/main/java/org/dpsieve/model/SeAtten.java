package org.dpsieve.model;

import java.util.Arrays;
import java.util.List;

/**
 * The descriptor of DPA-1, {@code se_atten} (= {@code dpa1}; {@code se_atten_v2} with {@code
 * strip}); Zhang et al., arXiv:2208.08236. As {@link SeE2A}, but the embedding net knows types by
 * their type embedding, {@code sel} is one number for all types, and layers of attention may mix
 * the embeddings of the neighbors ({@code deepmd/dpmodel/descriptor/dpa1.py}). Empty slots add
 * something to the descriptor only where the environment has a mean.
 *
 * @param smoothing the switch w on 1/r
 * @param protection added to r in 1/r, Å
 * @param sel slots of all types together, also what the sum over neighbors is divided by
 * @param axisNeuron columns of the embedding used for the second factor
 * @param mean of the environment's first column by centre type, [nTypes], 1/Å
 * @param dstd standard deviation of the environment's four columns by centre type, [nTypes][4]
 * @param gateRadius of {@link #gate}; 0 where the gate is the switch w itself
 * @param embedding of s and the types of neighbor and centre
 * @param attention may be empty
 * @param concatenated whether the centre's type embedding follows the descriptor ({@code
 *     concat_output_tebd})
 * @param masked {@code [centre type][neighbor type]}: pairs ({@code exclude_types}) that are not
 *     seen; {@code null} for none
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record SeAtten(
    SmoothSwitch smoothing,
    double protection,
    int sel,
    int axisNeuron,
    double[] mean,
    double[][] dstd,
    double gateRadius,
    TypedEmbedding embedding,
    List<AttentionLayer> attention,
    boolean concatenated,
    boolean[][] masked,
    Precision precision)
    implements Descriptor {
  public SeAtten {
    attention = List.copyOf(attention);
  }

  @Override
  public List<Surroundings> surroundings() {
    return List.of(Surroundings.mixed(smoothing, protection, sel, embedding.typeCount()));
  }

  @Override
  public int size() {
    return embedding.width() * axisNeuron + (concatenated ? embedding.dimension() : 0);
  }

  @Override
  public double[] ofType(int centre) {
    return concatenated ? embedding.types()[centre] : new double[0];
  }

  @Override
  public String kind() {
    return "se_atten";
  }

  /** Whether neighbors of a type are not seen. */
  public boolean isMasked(int centre, int neighbor) {
    return masked != null && masked[centre][neighbor];
  }

  /** Without a mean. */
  public SeAtten(
      SmoothSwitch smoothing,
      double protection,
      int sel,
      int axisNeuron,
      double[][] dstd,
      TypedEmbedding embedding,
      List<AttentionLayer> attention,
      boolean concatenated,
      boolean[][] masked,
      Precision precision) {
    this(
        smoothing,
        protection,
        sel,
        axisNeuron,
        new double[dstd.length],
        dstd,
        0,
        embedding,
        attention,
        concatenated,
        masked,
        precision);
  }

  public boolean hasMean() {
    return Arrays.stream(mean).anyMatch(m -> m != 0);
  }

  /**
   * By what a smooth type embedding lets a neighbor in, where TensorFlow computes it from s: 1 - (1
   * - gateRadius s)³, from 0 to 1 ({@code deepmd/tf/descriptor/se_atten.py: recovered_switch}).
   *
   * @param s 1/Å
   */
  public double gate(double s) {
    double u = 1 - gateRadius * s;
    return Math.min(Math.max(1 - u * u * u, 0), 1);
  }

  /** d gate / ds, Å. */
  public double gateSlope(double s) {
    double u = 1 - gateRadius * s;
    return u < 0 || u > 1 ? 0 : 3 * u * u * gateRadius;
  }

  /**
   * What an empty slot adds to the sum over neighbors: its first row, the other three are zero; its
   * type is a vector of zeros, its gate is closed, and it takes nothing from others.
   *
   * @return [width]
   */
  public double[] ofEmpty(int centre) {
    double s = -mean[centre] / dstd[centre][0];
    double[] g = embedding.ofEmpty(s, centre);
    for (AttentionLayer layer : attention) {
      g = layer.alone(g);
    }
    return Arrays.stream(g).map(x -> s * x).toArray();
  }
}
