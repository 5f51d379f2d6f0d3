package org.dpsieve.kernel;

/** {@link RadialSums} in plain Java loops. */
final class LoopRadialSums implements RadialSums {
  private final double[] g;
  private final double[] dg;

  LoopRadialSums(int columns) {
    g = new double[columns];
    dg = new double[columns];
  }

  private void evaluate(Dpa4cPairs pairs, double[] c, int i) {
    int p = pairs.pitch;
    double t = pairs.t[i];
    for (int m = 0; m < g.length; m++) {
      int o = pairs.at[i] + m;
      double value = c[o + 7 * p];
      double slope = value;
      for (int k = 6; k > 0; k--) {
        value = value * t + c[o + k * p];
        slope = slope * t + value;
      }
      g[m] = value * t + c[o];
      dg[m] = slope;
    }
  }

  @Override
  public void add(
      Dpa4cPairs pairs, double[] lines, int from, int to, double[] scalar, double[] angular) {
    int row = RadialSums.padded(pairs.shared);
    for (int i = from; i < to; i++) {
      evaluate(pairs, lines, i);
      for (int m = 0; m < g.length; m++) {
        scalar[m] += pairs.chi[i] * g[m];
      }
      for (int h = 0; h < pairs.count; h++) {
        double weight = pairs.weight[i * pairs.stride + h];
        for (int m = 0; m < pairs.shared; m++) {
          angular[h * row + m] += weight * g[m];
        }
      }
    }
  }

  @Override
  public void gradients(
      Dpa4cPairs pairs, double[] lines, int from, int to, double[] scalar, double[] angular) {
    int stride = pairs.stride;
    for (int i = from; i < to; i++) {
      evaluate(pairs, lines, i);
      double value = 0;
      double slope = 0;
      for (int m = 0; m < g.length; m++) {
        value += scalar[m] * g[m];
        slope += scalar[m] * dg[m];
      }
      pairs.value0[i] = value;
      pairs.slope0[i] = slope;
      for (int h = 0; h < pairs.count; h++) {
        double v = 0;
        double s = 0;
        for (int m = 0; m < pairs.shared; m++) {
          v += angular[m * stride + h] * g[m];
          s += angular[m * stride + h] * dg[m];
        }
        pairs.value[i * stride + h] = v;
        pairs.slope[i * stride + h] = s;
      }
    }
  }
}
