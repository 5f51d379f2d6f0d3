package org.dpsieve.model;

/**
 * The smooth two-body descriptor with angular information, {@code se_e2_a} (= {@code se_a}) of
 * DeePMD-kit; Zhang et al., NeurIPS 2018, arXiv:1805.09003. One row of the environment matrix of
 * neighbour j of type t around a centre of type c is ((s, s x/r, s y/r, s z/r) - davg[c]) /
 * dstd[c], s the switched 1/r ({@code deepmd/dpmodel/utils/env_mat.py}).
 *
 * @param rcut cutoff, Å
 * @param rcutSmth where the switching of 1/r begins, Å
 * @param sel [nTypes]
 * @param axisNeuron columns of the embedding used for the second factor
 * @param typeOneSide embedding nets depend on the neighbour's type only
 * @param davg mean of the environment's four columns, [nTypes][4]
 * @param dstd their standard deviation, [nTypes][4]
 * @param embedding {@code [centre type][neighbour type]}: net from one number to {@code
 *     neuron.last}; the same object in every row when {@code typeOneSide}; {@code null} where the
 *     pair is excluded ({@code exclude_types}), which then contributes nothing
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record SeE2A(
    double rcut,
    double rcutSmth,
    int[] sel,
    int axisNeuron,
    boolean typeOneSide,
    double[][] davg,
    double[][] dstd,
    Network[][] embedding,
    Precision precision)
    implements Descriptor {

  /** Width of the embedding nets' output. */
  public int embeddingWidth() {
    for (Network[] row : embedding) {
      for (Network net : row) {
        if (net != null) {
          return net.outputSize();
        }
      }
    }
    throw new IllegalStateException("all type pairs are excluded");
  }

  @Override
  public int size() {
    return embeddingWidth() * axisNeuron;
  }
}
