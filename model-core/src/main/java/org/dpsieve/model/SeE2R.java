package org.dpsieve.model;

import java.util.List;

/**
 * The smooth two-body descriptor of distances alone, {@code se_e2_r} (= {@code se_r}) of
 * DeePMD-kit: D = 1/5 sum over slots of G(s) / normalization, s = (w/r - davg) / dstd ({@code
 * deepmd/dpmodel/descriptor/se_r.py}). An empty slot has w = 0.
 *
 * @param smoothing the switch w on 1/r
 * @param protection added to r in 1/r, Å
 * @param sel slots per neighbor type, [nTypes]
 * @param normalization sum of {@code sel} as it was when the model was first made
 * @param davg mean of s by centre type, [nTypes]
 * @param dstd its standard deviation, [nTypes]
 * @param embedding {@code [centre type][neighbor type]}: nets of one input; {@code null} where
 *     slots, filled or empty, contribute nothing
 * @param masked {@code [centre type][neighbor type]}: pairs ({@code exclude_types}) whose filled
 *     slots have s = 0 after normalisation, as in DeePMD-kit's array backends; {@code null} for
 *     none
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record SeE2R(
    SmoothSwitch smoothing,
    double protection,
    int[] sel,
    double normalization,
    double[] davg,
    double[] dstd,
    Network[][] embedding,
    boolean[][] masked,
    Precision precision)
    implements Descriptor {
  /** What the mean of the embedding is multiplied by. */
  public static final double RESCALE = 1.0 / 5;

  @Override
  public List<Surroundings> surroundings() {
    return List.of(Surroundings.byType(smoothing, protection, sel));
  }

  @Override
  public int size() {
    return Networks.width(embedding);
  }

  @Override
  public String kind() {
    return "se_e2_r";
  }

  /** Whether neighbors of a type are masked. */
  public boolean isMasked(int centre, int neighbor) {
    return masked != null && masked[centre][neighbor];
  }
}
