package org.dpsieve.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link RadialSums} by the Vector API. Lanes are added up one by one. */
final class VectorRadialSums implements RadialSums {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns, and those that degrees above zero need, up to whole vectors. */
  private final int columns;

  private final int shared;

  /** Numbers in a row of the latter. */
  private final int row;

  /** g of every pair, [pairs, row]; of one pair, dg/dd. */
  private double[] g = new double[0];

  private final double[] dg;
  private final double[] lanes = new double[2 * LANES];

  VectorRadialSums(int columns, int shared) {
    this.columns = whole(columns);
    this.shared = whole(shared);
    row = RadialSums.padded(shared);
    dg = new double[row];
  }

  private static int whole(int count) {
    return (count + LANES - 1) / LANES * LANES;
  }

  @Override
  public void add(
      Dpa4cPairs pairs, double[] lines, int from, int to, double[] scalar, double[] angular) {
    if (g.length < pairs.pairs * row) {
      g = new double[2 * pairs.pairs * row];
    }
    for (int m = 0; m < shared; m += LANES) {
      addShared(pairs, lines, from, to, m, scalar);
    }
    for (int m = shared; m < columns; m += LANES) {
      addOthers(pairs, lines, from, to, m, scalar);
    }
    for (int h = 0; h < pairs.count; h += 4) {
      for (int m = 0; m < shared; m += LANES) {
        addHarmonics(pairs, from, to, h, m, angular);
      }
    }
  }

  private void addShared(Dpa4cPairs pairs, double[] c, int from, int to, int m, double[] scalar) {
    int p = pairs.pitch;
    int[] at = pairs.at;
    double[] place = pairs.t;
    double[] chi = pairs.chi;
    double[] out = g;
    DoubleVector x = DoubleVector.fromArray(SPECIES, scalar, m);
    for (int i = from; i < to; i++) {
      DoubleVector value = value(c, at[i] + m, p, DoubleVector.broadcast(SPECIES, place[i]));
      value.intoArray(out, i * row + m);
      x = value.fma(DoubleVector.broadcast(SPECIES, chi[i]), x);
    }
    x.intoArray(scalar, m);
  }

  private static void addOthers(
      Dpa4cPairs pairs, double[] c, int from, int to, int m, double[] scalar) {
    int p = pairs.pitch;
    int[] at = pairs.at;
    double[] place = pairs.t;
    double[] chi = pairs.chi;
    DoubleVector x = DoubleVector.fromArray(SPECIES, scalar, m);
    for (int i = from; i < to; i++) {
      DoubleVector value = value(c, at[i] + m, p, DoubleVector.broadcast(SPECIES, place[i]));
      x = value.fma(DoubleVector.broadcast(SPECIES, chi[i]), x);
    }
    x.intoArray(scalar, m);
  }

  private static DoubleVector value(double[] c, int o, int p, DoubleVector t) {
    return DoubleVector.fromArray(SPECIES, c, o + 7 * p)
        .fma(t, DoubleVector.fromArray(SPECIES, c, o + 6 * p))
        .fma(t, DoubleVector.fromArray(SPECIES, c, o + 5 * p))
        .fma(t, DoubleVector.fromArray(SPECIES, c, o + 4 * p))
        .fma(t, DoubleVector.fromArray(SPECIES, c, o + 3 * p))
        .fma(t, DoubleVector.fromArray(SPECIES, c, o + 2 * p))
        .fma(t, DoubleVector.fromArray(SPECIES, c, o + p))
        .fma(t, DoubleVector.fromArray(SPECIES, c, o));
  }

  /** Four harmonics; there is room for those beyond the last. */
  private void addHarmonics(Dpa4cPairs pairs, int from, int to, int h, int m, double[] angular) {
    double[] weight = pairs.weight;
    double[] values = g;
    int stride = pairs.stride;
    int at = h * row + m;
    DoubleVector x0 = DoubleVector.fromArray(SPECIES, angular, at);
    DoubleVector x1 = DoubleVector.fromArray(SPECIES, angular, at + row);
    DoubleVector x2 = DoubleVector.fromArray(SPECIES, angular, at + 2 * row);
    DoubleVector x3 = DoubleVector.fromArray(SPECIES, angular, at + 3 * row);
    for (int i = from; i < to; i++) {
      DoubleVector value = DoubleVector.fromArray(SPECIES, values, i * row + m);
      int w = i * stride + h;
      x0 = value.fma(DoubleVector.broadcast(SPECIES, weight[w]), x0);
      x1 = value.fma(DoubleVector.broadcast(SPECIES, weight[w + 1]), x1);
      x2 = value.fma(DoubleVector.broadcast(SPECIES, weight[w + 2]), x2);
      x3 = value.fma(DoubleVector.broadcast(SPECIES, weight[w + 3]), x3);
    }
    x0.intoArray(angular, at);
    x1.intoArray(angular, at + row);
    x2.intoArray(angular, at + 2 * row);
    x3.intoArray(angular, at + 3 * row);
  }

  @Override
  public void gradients(
      Dpa4cPairs pairs, double[] lines, int from, int to, double[] scalar, double[] angular) {
    if (g.length < row) {
      g = new double[row];
    }
    for (int i = from; i < to; i++) {
      scalarGradient(pairs, lines, i, scalar);
      for (int h = 0; h < pairs.count; h += LANES) {
        angularGradient(pairs, i, h, angular);
      }
    }
  }

  private void scalarGradient(Dpa4cPairs pairs, double[] c, int i, double[] scalar) {
    int p = pairs.pitch;
    int at = pairs.at[i];
    DoubleVector t = DoubleVector.broadcast(SPECIES, pairs.t[i]);
    DoubleVector sum = DoubleVector.zero(SPECIES);
    DoubleVector slopes = sum;
    for (int m = 0; m < columns; m += LANES) {
      int o = at + m;
      DoubleVector value = DoubleVector.fromArray(SPECIES, c, o + 7 * p);
      DoubleVector slope = value;
      value = value.fma(t, DoubleVector.fromArray(SPECIES, c, o + 6 * p));
      slope = slope.fma(t, value);
      value = value.fma(t, DoubleVector.fromArray(SPECIES, c, o + 5 * p));
      slope = slope.fma(t, value);
      value = value.fma(t, DoubleVector.fromArray(SPECIES, c, o + 4 * p));
      slope = slope.fma(t, value);
      value = value.fma(t, DoubleVector.fromArray(SPECIES, c, o + 3 * p));
      slope = slope.fma(t, value);
      value = value.fma(t, DoubleVector.fromArray(SPECIES, c, o + 2 * p));
      slope = slope.fma(t, value);
      value = value.fma(t, DoubleVector.fromArray(SPECIES, c, o + p));
      slope = slope.fma(t, value);
      value = value.fma(t, DoubleVector.fromArray(SPECIES, c, o));
      DoubleVector y = DoubleVector.fromArray(SPECIES, scalar, m);
      sum = value.fma(y, sum);
      slopes = slope.fma(y, slopes);
      if (m < shared) {
        value.intoArray(g, m);
        slope.intoArray(dg, m);
      }
    }
    sum.intoArray(lanes, 0);
    slopes.intoArray(lanes, LANES);
    pairs.value0[i] = VectorDescriptor.sum(lanes, 0);
    pairs.slope0[i] = VectorDescriptor.sum(lanes, LANES);
  }

  private void angularGradient(Dpa4cPairs pairs, int i, int h, double[] angular) {
    int stride = pairs.stride;
    int count = pairs.shared;
    DoubleVector value = DoubleVector.zero(SPECIES);
    DoubleVector slope = value;
    for (int m = 0; m < count; m++) {
      DoubleVector y = DoubleVector.fromArray(SPECIES, angular, m * stride + h);
      value = y.fma(DoubleVector.broadcast(SPECIES, g[m]), value);
      slope = y.fma(DoubleVector.broadcast(SPECIES, dg[m]), slope);
    }
    value.intoArray(pairs.value, i * stride + h);
    slope.intoArray(pairs.slope, i * stride + h);
  }
}
