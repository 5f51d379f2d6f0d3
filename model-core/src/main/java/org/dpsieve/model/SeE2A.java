package org.dpsieve.model;

import java.util.List;

/**
 * The smooth two-body descriptor with angular information, {@code se_e2_a} (= {@code se_a}) of
 * DeePMD-kit; Zhang et al., NeurIPS 2018, arXiv:1805.09003. One row of the environment matrix of
 * neighbor j of type t around a centre of type c is ((s, s x/r, s y/r, s z/r) - davg[c]) / dstd[c],
 * s the switched 1/r ({@code deepmd/dpmodel/utils/env_mat.py}).
 *
 * <p>Each neighbor type has {@code sel} slots, filled nearest first. An empty slot is the row -
 * davg[c] / dstd[c]: it adds a constant to the descriptor, and no force.
 *
 * @param smoothing the switch on 1/r: from {@code rcut_smth} to {@code rcut}
 * @param protection added to r in 1/r, Å ({@code env_protection}; {@link Surroundings})
 * @param sel slots per neighbor type, [nTypes]
 * @param normalization what the sum over neighbors is divided by: the sum of {@code sel} as it was
 *     when the model was first made
 * @param axisNeuron columns of the embedding used for the second factor
 * @param typeOneSide embedding nets depend on the neighbor's type only
 * @param davg mean of the environment's four columns, [nTypes][4]
 * @param dstd their standard deviation, [nTypes][4]
 * @param embeddingWidth outputs of every embedding net, {@code neuron.last}
 * @param embedding {@code [centre type][neighbor type]}: from one number to {@code embeddingWidth};
 *     the same object in every row when {@code typeOneSide}; {@code null} where the pair is
 *     excluded ({@code exclude_types}) as TensorFlow does it: its slots, filled or empty,
 *     contribute nothing
 * @param masked {@code [centre type][neighbor type]}: pairs excluded as the array backends do it:
 *     filled slots contribute nothing, empty ones what they always do; {@code null} for none
 * @param empty {@code [centre type]}: what empty slots are embedded by, where that is not the net
 *     of their type ({@link #ofEmpty}); {@code null} where it is
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record SeE2A(
    SmoothSwitch smoothing,
    double protection,
    int[] sel,
    double normalization,
    int axisNeuron,
    boolean typeOneSide,
    double[][] davg,
    double[][] dstd,
    int embeddingWidth,
    Embedding[][] embedding,
    boolean[][] masked,
    Embedding[] empty,
    Precision precision)
    implements Descriptor {

  /** Without protection, and with no pair excluded but those that have no net. */
  public SeE2A(
      SmoothSwitch smoothing,
      int[] sel,
      double normalization,
      int axisNeuron,
      boolean typeOneSide,
      double[][] davg,
      double[][] dstd,
      int embeddingWidth,
      Embedding[][] embedding,
      Precision precision) {
    this(
        smoothing,
        0,
        sel,
        normalization,
        axisNeuron,
        typeOneSide,
        davg,
        dstd,
        embeddingWidth,
        embedding,
        null,
        null,
        precision);
  }

  /**
   * With other embeddings of empty slots.
   *
   * @param others by centre type
   */
  public SeE2A withEmpty(Embedding[] others) {
    return new SeE2A(
        smoothing,
        protection,
        sel,
        normalization,
        axisNeuron,
        typeOneSide,
        davg,
        dstd,
        embeddingWidth,
        embedding,
        masked,
        others,
        precision);
  }

  /** What an empty slot of a type is embedded by; {@code null} where it contributes nothing. */
  public Embedding ofEmpty(int centre, int neighbor) {
    return empty == null || embedding[centre][neighbor] == null
        ? embedding[centre][neighbor]
        : empty[centre];
  }

  @Override
  public List<Surroundings> surroundings() {
    return List.of(Surroundings.byType(smoothing, protection, sel));
  }

  @Override
  public String kind() {
    return "se_e2_a";
  }

  /** Whether filled slots of a pair of types contribute nothing. */
  public boolean isMasked(int centre, int neighbor) {
    return embedding[centre][neighbor] == null || (masked != null && masked[centre][neighbor]);
  }

  @Override
  public int size() {
    return embeddingWidth * axisNeuron;
  }
}
