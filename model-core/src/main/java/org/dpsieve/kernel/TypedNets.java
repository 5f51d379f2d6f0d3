package org.dpsieve.kernel;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.TypedEmbedding;

/**
 * The embedding nets of se_atten with their tables, one for each pair of types. Immutable.
 *
 * @param net {@code [centre type][neighbor type]}
 * @param factor {@code [centre type][neighbor type][width]}: what multiplies the switch w in net(s)
 *     (1 + w factor); {@code null} for nothing
 * @param inverse {@code [centre type][4]}: one over the environment's standard deviation
 */
record TypedNets(TabulatedNet[][] net, double[][][] factor, double[][] inverse) {
  /** The tables reach from the cutoff to atoms this near, Å; nearer ones ask the net itself. */
  private static final double NEAREST = 0.5;

  static TypedNets of(SeAtten model, boolean tabulated) {
    TypedEmbedding embedding = model.embedding();
    int types = embedding.typeCount();
    double smallest = Arrays.stream(model.dstd()).mapToDouble(row -> row[0]).min().orElse(1);
    double high = tabulated ? 1 / (NEAREST * smallest) : 0;
    double low =
        tabulated
            ? IntStream.range(0, types)
                .mapToDouble(c -> Math.min(0, -model.mean()[c] / model.dstd()[c][0]))
                .min()
                .orElse(0)
            : 0;
    boolean gated = embedding.strip() != null && embedding.smooth();
    TabulatedNet shared = gated ? new TabulatedNet(embedding.network(), low, high) : null;
    TabulatedNet[][] nets = new TabulatedNet[types][types];
    double[][][] factor = gated ? new double[types][types][] : null;
    for (int n = 0; n < types; n++) {
      for (int c = 0; c < types; c++) {
        if (gated) {
          nets[c][n] = shared;
          factor[c][n] = embedding.strip().apply(embedding.pair(n, c));
        } else if (embedding.oneSide() && c > 0) {
          nets[c][n] = nets[0][n];
        } else {
          nets[c][n] = new TabulatedNet(embedding.of(n, c), low, high);
        }
      }
    }
    double[][] inverse =
        Arrays.stream(model.dstd())
            .map(row -> Arrays.stream(row).map(x -> 1 / x).toArray())
            .toArray(double[][]::new);
    return new TypedNets(nets, factor, inverse);
  }

  /** One reader for each net, for one thread. */
  TabulatedNet.Reader[][] readers() {
    Map<TabulatedNet, TabulatedNet.Reader> own = new IdentityHashMap<>();
    TabulatedNet.Reader[][] readers = new TabulatedNet.Reader[net.length][net.length];
    for (int c = 0; c < net.length; c++) {
      for (int n = 0; n < net.length; n++) {
        TabulatedNet one = net[c][n];
        readers[c][n] = own.computeIfAbsent(one, key -> key.new Reader());
      }
    }
    return readers;
  }
}
