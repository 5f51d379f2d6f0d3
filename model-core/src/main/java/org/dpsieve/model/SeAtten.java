package org.dpsieve.model;

import java.util.List;

/**
 * The descriptor of DPA-1, {@code se_atten} (= {@code dpa1}; {@code se_atten_v2} with {@code
 * strip}); Zhang et al., arXiv:2208.08236. As {@link SeE2A}, but the embedding net knows types by
 * their type embedding, {@code sel} is one number for all types, and layers of attention may mix
 * the embeddings of the neighbours ({@code deepmd/dpmodel/descriptor/dpa1.py}). The means of the
 * environment are zero, so empty slots add nothing to the descriptor.
 *
 * @param smoothing the switch w on 1/r
 * @param protection added to r in 1/r, Å
 * @param sel slots of all types together, also what the sum over neighbours is divided by
 * @param axisNeuron columns of the embedding used for the second factor
 * @param dstd standard deviation of the environment's four columns by centre type, [nTypes][4]
 * @param embedding of s and the types of neighbour and centre
 * @param attention may be empty
 * @param concatenated whether the centre's type embedding follows the descriptor ({@code
 *     concat_output_tebd})
 * @param masked {@code [centre type][neighbour type]}: pairs ({@code exclude_types}) that are not
 *     seen; {@code null} for none
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record SeAtten(
    SmoothSwitch smoothing,
    double protection,
    int sel,
    int axisNeuron,
    double[][] dstd,
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
  public String kind() {
    return "se_atten";
  }

  /** Whether neighbours of a type are not seen. */
  public boolean isMasked(int centre, int neighbour) {
    return masked != null && masked[centre][neighbour];
  }
}
