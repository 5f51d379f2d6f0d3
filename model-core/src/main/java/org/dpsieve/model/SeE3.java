package org.dpsieve.model;

import java.util.List;

/**
 * The three-body descriptor {@code se_e3} (= {@code se_t}) of DeePMD-kit: D = sum over pairs of
 * types a &lt;= b, and over neighbors j of a and k of b, of x G[a][b](x) / (sel[a] sel[b]), x = R_j
 * . R_k with R the angular columns of the environment matrix, w r_j / r² / dstd ({@code
 * deepmd/dpmodel/descriptor/se_t.py}). Their means are zero, so empty slots contribute nothing.
 *
 * @param smoothing the switch w on 1/r
 * @param protection added to r in 1/r, Å
 * @param sel slots per neighbor type, [nTypes]
 * @param dstd standard deviation of the environment's four columns by centre type, [nTypes][4]
 * @param embedding [a][b], a &lt;= b: nets of one input; {@code null} where a pair of types
 *     contributes nothing
 * @param masked {@code [centre type][neighbor type]}: pairs ({@code exclude_types}) that are not
 *     seen; {@code null} for none
 * @param precision the precision DeePMD-kit evaluates it in
 */
public record SeE3(
    SmoothSwitch smoothing,
    double protection,
    int[] sel,
    double[][] dstd,
    Network[][] embedding,
    boolean[][] masked,
    Precision precision)
    implements Descriptor {
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
    return "se_e3";
  }

  /** Whether neighbors of a type are not seen. */
  public boolean isMasked(int centre, int neighbor) {
    return masked != null && masked[centre][neighbor];
  }
}
