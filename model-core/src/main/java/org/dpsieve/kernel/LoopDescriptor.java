package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.SeE2A;

/** {@link DescriptorKernel} in plain Java loops. */
final class LoopDescriptor implements DescriptorKernel {
  private final Embeddings embeddings;
  private final SeE2A descriptor;
  private final int width;
  private final int axis;
  private final EmbeddingNet[][] nets;

  /** A line like a table's, for a neighbour that no table holds. */
  private final double[] ownLine;

  private final double[] dSums;

  // of the present pair: its line of coefficients and the place on it
  private double[] line;
  private int at;
  private double t;

  // of the present pair: the normalised row of the environment matrix
  private double r0;
  private double r1;
  private double r2;
  private double r3;

  LoopDescriptor(Embeddings embeddings) {
    this.embeddings = embeddings;
    descriptor = embeddings.descriptor();
    width = descriptor.embeddingWidth();
    axis = descriptor.axisNeuron();
    ownLine = new double[EmbeddingTable.TERMS * width];
    dSums = new double[4 * width];
    int types = descriptor.sel().length;
    nets = new EmbeddingNet[types][types];
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        nets[c][n] = embeddings.net(c, n) == null ? null : new EmbeddingNet(embeddings.net(c, n));
      }
    }
  }

  @Override
  public int sumsSize() {
    return 4 * width;
  }

  @Override
  public int descriptorSize() {
    return axis * width - axis * (axis - 1) / 2;
  }

  @Override
  public void forward(
      Environment environment, int centre, double[] sums, int sumsOffset, double[] d, int offset) {
    int type = environment.type(centre);
    Arrays.fill(sums, sumsOffset, sumsOffset + 4 * width, 0);
    for (int n = 0; n < environment.typeCount(); n++) {
      if (nets[type][n] != null) {
        int from = environment.firstPair(centre, n);
        int to = environment.firstPair(centre, n + 1);
        for (int pair = from; pair < to; pair++) {
          load(environment, pair, type, n);
          addPair(sums, sumsOffset);
        }
        addEmptySlots(descriptor.sel()[n] - (to - from), type, n, sums, sumsOffset);
      }
    }
    double scale = 1 / descriptor.normalization();
    for (int i = sumsOffset; i < sumsOffset + 4 * width; i++) {
      sums[i] *= scale;
    }
    multiply(sums, sumsOffset, d, offset);
  }

  private void load(Environment environment, int pair, int type, int neighborType) {
    double[] g = environment.geometry();
    int o = pair * Environment.PER_PAIR;
    double[] davg = descriptor.davg()[type];
    double[] dstd = descriptor.dstd()[type];
    double s = g[o + 3];
    r0 = (s - davg[0]) / dstd[0];
    r1 = (s * g[o] - davg[1]) / dstd[1];
    r2 = (s * g[o + 1] - davg[2]) / dstd[2];
    r3 = (s * g[o + 2] - davg[3]) / dstd[3];
    EmbeddingTable table = embeddings.table(type, neighborType);
    int interval = table.interval(r0);
    if (interval >= 0) {
      line = table.coefficients();
      at = interval * table.stride();
      t = r0 - table.origin(interval);
    } else { // value and slope of the net itself are a line as well, of which t = 0 is the place
      nets[type][neighborType].evaluate(r0, ownLine, 0);
      line = ownLine;
      at = 0;
      t = 0;
    }
  }

  private void addPair(double[] sums, int offset) {
    double[] c = line;
    int w = width;
    int o1 = at + w;
    int o2 = o1 + w;
    int o3 = o2 + w;
    int o4 = o3 + w;
    int o5 = o4 + w;
    for (int m = 0; m < w; m++) {
      double g = c[o5 + m] * t + c[o4 + m];
      g = g * t + c[o3 + m];
      g = g * t + c[o2 + m];
      g = g * t + c[o1 + m];
      g = g * t + c[at + m];
      sums[offset + m] += r0 * g;
      sums[offset + w + m] += r1 * g;
      sums[offset + 2 * w + m] += r2 * g;
      sums[offset + 3 * w + m] += r3 * g;
    }
  }

  private void addEmptySlots(int count, int type, int neighborType, double[] sums, int offset) {
    if (count > 0) {
      double[] one = embeddings.emptySlotOf(type, neighborType);
      for (int i = 0; i < one.length; i++) {
        sums[offset + i] += count * one[i];
      }
    }
  }

  private void multiply(double[] sums, int offset, double[] d, int to) {
    int w = width;
    int out = to;
    for (int a = 0; a < axis; a++) {
      double a0 = sums[offset + a];
      double a1 = sums[offset + w + a];
      double a2 = sums[offset + 2 * w + a];
      double a3 = sums[offset + 3 * w + a];
      int from = offset + a;
      int count = w - a;
      for (int m = 0; m < count; m++) {
        d[out + m] =
            a0 * sums[from + m]
                + a1 * sums[from + w + m]
                + a2 * sums[from + 2 * w + m]
                + a3 * sums[from + 3 * w + m];
      }
      out += count;
    }
  }

  @Override
  public void backward(
      Environment environment,
      int centre,
      double[] sums,
      int sumsOffset,
      double[] gradient,
      int offset,
      double[] force,
      double[] virial,
      int virialOffset) {
    int type = environment.type(centre);
    sumsGradient(sums, sumsOffset, gradient, offset);
    for (int n = 0; n < environment.typeCount(); n++) {
      if (nets[type][n] != null) {
        int to = environment.firstPair(centre, n + 1);
        for (int pair = environment.firstPair(centre, n); pair < to; pair++) {
          load(environment, pair, type, n);
          addForce(environment, pair, centre, force, virial, virialOffset);
        }
      }
    }
  }

  /** dE/dA, scaled for the rows R^T G that A is the mean of, to {@link #dSums}. */
  private void sumsGradient(double[] sums, int offset, double[] gradient, int gradientOffset) {
    int w = width;
    Arrays.fill(dSums, 0);
    int in = gradientOffset;
    for (int a = 0; a < axis; a++) {
      int count = w - a;
      for (int k = 0; k < 4; k++) {
        int row = offset + k * w + a;
        int out = k * w + a;
        double factor = sums[row];
        double sum = 0;
        for (int m = 0; m < count; m++) {
          dSums[out + m] += gradient[in + m] * factor;
          sum += gradient[in + m] * sums[row + m];
        }
        dSums[out] += sum;
      }
      in += count;
    }
    double scale = 1 / descriptor.normalization();
    for (int i = 0; i < dSums.length; i++) {
      dSums[i] *= scale;
    }
  }

  private void addForce(
      Environment environment,
      int pair,
      int centre,
      double[] force,
      double[] virial,
      int virialOffset) {
    double[] c = line;
    int w = width;
    double d0 = 0;
    double d1 = 0;
    double d2 = 0;
    double d3 = 0;
    for (int m = 0; m < w; m++) {
      double g = c[at + 5 * w + m];
      double dg = g;
      g = g * t + c[at + 4 * w + m];
      dg = dg * t + g;
      g = g * t + c[at + 3 * w + m];
      dg = dg * t + g;
      g = g * t + c[at + 2 * w + m];
      dg = dg * t + g;
      g = g * t + c[at + w + m];
      dg = dg * t + g;
      g = g * t + c[at + m];
      double x0 = dSums[m];
      double x1 = dSums[w + m];
      double x2 = dSums[2 * w + m];
      double x3 = dSums[3 * w + m];
      d0 += g * x0 + dg * (r0 * x0 + r1 * x1 + r2 * x2 + r3 * x3);
      d1 += g * x1;
      d2 += g * x2;
      d3 += g * x3;
    }
    double[] dstd = descriptor.dstd()[environment.type(centre)];
    PairForce.add(
        environment,
        pair,
        centre,
        d0 / dstd[0],
        d1 / dstd[1],
        d2 / dstd[2],
        d3 / dstd[3],
        force,
        virial,
        virialOffset);
  }
}
