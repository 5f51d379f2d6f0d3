package org.dpsieve.kernel;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.dpsieve.model.SeE3;
import org.dpsieve.model.SeE3Tebd;
import org.dpsieve.model.TypedEmbedding;

/**
 * The embedding nets of the three-body descriptors with their tables, one for each ordered pair of
 * neighbor types. Immutable.
 *
 * @param width outputs
 * @param net {@code [type of j][type of k]}: {@code null} where such pairs contribute nothing
 * @param factor {@code [type of j][type of k][width]}: what multiplies the two switches' product in
 *     net(x) (1 + w_j w_k factor); {@code null} for nothing
 * @param scale {@code [type of j][type of k]}: one over the number of pairs of slots
 * @param inverse {@code [centre type][4]}: one over the environment's standard deviation
 * @param masked {@code [centre type][neighbor type]}; {@code null} for none
 */
record TripleNets(
    int width,
    TabulatedNet[][] net,
    double[][][] factor,
    double[][] scale,
    double[][] inverse,
    boolean[][] masked) {
  /** The tables reach to two atoms this near to the centre, Å; nearer ones ask the net itself. */
  private static final double NEAREST = 1;

  static TripleNets of(SeE3 model, boolean tabulated) {
    int types = model.sel().length;
    double range = tabulated ? range(model.dstd()) : 0;
    TabulatedNet[][] nets = new TabulatedNet[types][types];
    double[][] scale = new double[types][types];
    for (int a = 0; a < types; a++) {
      for (int b = a; b < types; b++) {
        scale[a][b] = 1.0 / ((double) model.sel()[a] * model.sel()[b]);
        if (model.embedding()[a][b] != null && scale[a][b] < Double.POSITIVE_INFINITY) {
          nets[a][b] = new TabulatedNet(model.embedding()[a][b], -range, range);
        }
      }
    }
    return new TripleNets(model.size(), nets, null, scale, inverse(model.dstd()), model.masked());
  }

  static TripleNets of(SeE3Tebd model, boolean tabulated) {
    TypedEmbedding embedding = model.embedding();
    int types = embedding.typeCount();
    double range = tabulated ? range(model.dstd()) : 0;
    boolean gated = embedding.strip() != null && embedding.smooth();
    TabulatedNet shared = gated ? new TabulatedNet(embedding.network(), -range, range) : null;
    TabulatedNet[][] nets = new TabulatedNet[types][types];
    double[][][] factor = gated ? new double[types][types][] : null;
    double[][] scale = new double[types][types];
    for (int a = 0; a < types; a++) {
      for (int b = 0; b < types; b++) {
        scale[a][b] = 1.0 / ((double) model.sel() * model.sel());
        if (gated) {
          nets[a][b] = shared;
          factor[a][b] = embedding.strip().apply(embedding.pair(a, b));
        } else {
          nets[a][b] = new TabulatedNet(embedding.of(a, b), -range, range);
        }
      }
    }
    return new TripleNets(
        embedding.width(), nets, factor, scale, inverse(model.dstd()), model.masked());
  }

  private static double range(double[][] dstd) {
    double smallest =
        Arrays.stream(dstd).flatMapToDouble(row -> Arrays.stream(row).skip(1)).min().orElse(1);
    return Math.min(1 / (NEAREST * NEAREST * smallest * smallest), 400);
  }

  private static double[][] inverse(double[][] dstd) {
    return Arrays.stream(dstd)
        .map(row -> Arrays.stream(row).map(x -> 1 / x).toArray())
        .toArray(double[][]::new);
  }

  boolean isMasked(int centre, int neighbor) {
    return masked != null && masked[centre][neighbor];
  }

  /** One reader for each net, for one thread. */
  TabulatedNet.Reader[][] readers() {
    Map<TabulatedNet, TabulatedNet.Reader> own = new IdentityHashMap<>();
    TabulatedNet.Reader[][] readers = new TabulatedNet.Reader[net.length][net.length];
    for (int a = 0; a < net.length; a++) {
      for (int b = 0; b < net.length; b++) {
        TabulatedNet one = net[a][b];
        readers[a][b] = one == null ? null : own.computeIfAbsent(one, key -> key.new Reader());
      }
    }
    return readers;
  }
}
