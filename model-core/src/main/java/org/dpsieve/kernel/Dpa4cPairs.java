package org.dpsieve.kernel;

import org.dpsieve.model.Dpa4c;

/**
 * The neighbors of one type of one centre as the kernel of {@link Dpa4c} wants them. Not for two
 * threads at once.
 */
final class Dpa4cPairs {
  private final Dpa4c model;
  private final EmbeddingTable table;
  private final EmbeddingSlope nets;
  private final double inverse;
  private final double[] ownLine;
  private final Harmonics harmonics;

  /** Columns of the table, and of those the ones that degrees above zero need. */
  final int columns;

  final int shared;

  /** From one power to the next in a line. */
  final int pitch;

  /** Harmonics of degrees above zero, and numbers in a row of them. */
  final int count;

  final int stride;

  /** Pairs loaded. */
  int pairs;

  /** The pair in the environment. */
  int[] pair = new int[0];

  /** d, chi and dchi/dd. */
  double[] d;

  double[] chi;
  double[] chiSlope;

  /** u, [3][pairs]. */
  final double[][] u = new double[3][];

  /** First coefficient of each pair's line, -1 where the table does not hold it; its place. */
  int[] at;

  double[] t;

  /** Harmonics of u, row-major [pairs, stride]; {@code weight} is chi² times them. */
  double[] harmonic;

  double[] weight;

  /** As {@link RadialSums#gradients} leaves them. */
  double[] value0;

  double[] slope0;
  double[] value;
  double[] slope;

  Dpa4cPairs(Dpa4cNets nets) {
    model = nets.model();
    table = nets.table();
    this.nets = nets.slope();
    inverse = 1 / model.basis().rcut();
    columns = nets.columns();
    shared = nets.shared();
    pitch = EmbeddingTable.pitch(columns);
    ownLine = new double[table.stride()];
    harmonics = new Harmonics(model.shape().lmax());
    count = harmonics.count();
    stride = RadialSums.padded(count);
  }

  /** Takes the neighbors of one type that are within the cutoff. */
  void load(Environment environment, int centre, int neighborType) {
    int first = environment.firstPair(centre, neighborType);
    int end = environment.firstPair(centre, neighborType + 1);
    room(end - first);
    pairs = 0;
    for (int p = first; p < end; p++) {
      double r = environment.distance()[p];
      double distance = Math.sqrt(r * r + Dpa4c.SHORTEST * Dpa4c.SHORTEST);
      double x = distance * inverse;
      if (x < 1) {
        put(environment, p, r / distance, distance, x);
      }
    }
  }

  private void put(Environment environment, int p, double shorter, double distance, double x) {
    int i = pairs++;
    pair[i] = p;
    d[i] = distance;
    double y = 1 - x;
    double cube = y * y * y;
    double square = x * x;
    chi[i] = cube * y * (1 + x * (4 + x * (10 + x * (20 + x * 35))));
    chiSlope[i] = -280 * inverse * square * square * cube;
    double ux = environment.unit(0)[p] * shorter;
    double uy = environment.unit(1)[p] * shorter;
    double uz = environment.unit(2)[p] * shorter;
    u[0][i] = ux;
    u[1][i] = uy;
    u[2][i] = uz;
    int interval = table.interval(distance);
    at[i] = interval < 0 ? -1 : interval * table.stride();
    t[i] = interval < 0 ? 0 : distance - table.origin(interval);
    harmonics.values(ux, uy, uz, harmonic, i * stride);
    double factor = chi[i] * chi[i];
    for (int h = i * stride; h < i * stride + count; h++) {
      weight[h] = factor * harmonic[h];
    }
  }

  private void room(int size) {
    if (pair.length < size) {
      int more = 2 * size;
      pair = new int[more];
      at = new int[more];
      d = new double[more];
      chi = new double[more];
      chiSlope = new double[more];
      t = new double[more];
      value0 = new double[more];
      slope0 = new double[more];
      for (int a = 0; a < 3; a++) {
        u[a] = new double[more];
      }
      harmonic = new double[more * stride];
      weight = new double[more * stride];
      value = new double[more * stride];
      slope = new double[more * stride];
    }
  }

  /** The end of the pairs from {@code from} on that {@link #line} of the first is good for. */
  int end(int from) {
    int to = from + 1;
    while (at[from] >= 0 && to < pairs && at[to] >= 0) {
      to++;
    }
    return to;
  }

  /** As {@link PairRows#line}. */
  double[] line(int i) {
    if (at[i] >= 0) {
      return table.coefficients();
    }
    nets.evaluate(d[i], ownLine, 0, pitch);
    at[i] = 0;
    return ownLine;
  }

  /**
   * Adds forces and virial. With E(d, u), dE/d(x) = dE/dd u + (w - (w . u) u) / d, w = dE/du.
   *
   * @param constant what beside {@link #value0} the energy's slope by sum chi is
   * @param constants what beside {@link #value} it is by sum chi² B, by harmonic
   * @param bySquare dE/d(sum chi²)
   * @param byFourth dE/d(sum chi^4)
   */
  void addForces(
      Environment environment,
      int centre,
      double constant,
      double[] constants,
      double bySquare,
      double byFourth,
      double[] force,
      double[] virial,
      int virialOffset) {
    double[] w = new double[3];
    for (int i = 0; i < pairs; i++) {
      double sum = 0;
      double sumSlope = 0;
      for (int h = 0; h < count; h++) {
        int k = i * stride + h;
        value[k] += constants[h];
        sum += harmonic[k] * value[k];
        sumSlope += harmonic[k] * slope[k];
      }
      double square = chi[i] * chi[i];
      double byChi =
          value0[i] + constant + 2 * chi[i] * (sum + bySquare) + 4 * square * chi[i] * byFourth;
      double radial = byChi * chiSlope[i] + chi[i] * slope0[i] + square * sumSlope;
      double ux = u[0][i];
      double uy = u[1][i];
      double uz = u[2][i];
      harmonics.gradient(ux, uy, uz, value, i * stride, w);
      double factor = square / d[i];
      double along = radial - factor * (w[0] * ux + w[1] * uy + w[2] * uz);
      pull(
          environment,
          centre,
          pair[i],
          along * ux + factor * w[0],
          along * uy + factor * w[1],
          along * uz + factor * w[2],
          force,
          virial,
          virialOffset);
    }
  }

  private static void pull(
      Environment environment,
      int centre,
      int p,
      double fx,
      double fy,
      double fz,
      double[] force,
      double[] virial,
      int v) {
    int j = 3 * environment.neighbor()[p];
    int c = 3 * centre;
    force[c] += fx;
    force[c + 1] += fy;
    force[c + 2] += fz;
    force[j] -= fx;
    force[j + 1] -= fy;
    force[j + 2] -= fz;
    double r = environment.distance()[p];
    double x = r * environment.unit(0)[p];
    double y = r * environment.unit(1)[p];
    double z = r * environment.unit(2)[p];
    virial[v] -= fx * x;
    virial[v + 1] -= fx * y;
    virial[v + 2] -= fx * z;
    virial[v + 3] -= fy * x;
    virial[v + 4] -= fy * y;
    virial[v + 5] -= fy * z;
    virial[v + 6] -= fz * x;
    virial[v + 7] -= fz * y;
    virial[v + 8] -= fz * z;
  }
}
