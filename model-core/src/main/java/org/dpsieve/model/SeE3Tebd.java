package org.dpsieve.model;

import java.util.List;

/**
 * {@link SeE3} with a type embedding, {@code se_e3_tebd}: D = sum over all neighbors j and k of x
 * G(x, types of j and k) / sel², x = R_j . R_k ({@code deepmd/dpmodel/descriptor/se_t_tebd.py}).
 *
 * @param smoothing the switch w on 1/r
 * @param protection added to r in 1/r, Å
 * @param sel slots of all types together
 * @param dstd standard deviation of the environment's four columns by centre type, [nTypes][4]
 * @param embedding of x and the types of j and k
 * @param concatenated whether the centre's type embedding follows the descriptor ({@code
 *     concat_output_tebd})
 * @param masked {@code [centre type][neighbor type]}: pairs ({@code exclude_types}) that are not
 *     seen; {@code null} for none
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record SeE3Tebd(
    SmoothSwitch smoothing,
    double protection,
    int sel,
    double[][] dstd,
    TypedEmbedding embedding,
    boolean concatenated,
    boolean[][] masked,
    Precision precision)
    implements Descriptor {
  @Override
  public List<Surroundings> surroundings() {
    return List.of(Surroundings.mixed(smoothing, protection, sel, embedding.typeCount()));
  }

  @Override
  public int size() {
    return embedding.width() + (concatenated ? embedding.dimension() : 0);
  }

  @Override
  public double[] ofType(int centre) {
    return concatenated ? embedding.types()[centre] : new double[0];
  }

  @Override
  public String kind() {
    return "se_e3_tebd";
  }

  /** Whether neighbors of a type are not seen. */
  public boolean isMasked(int centre, int neighbor) {
    return masked != null && masked[centre][neighbor];
  }
}
