package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.SeE2A;

/** {@link DescriptorKernel} in plain Java loops. */
final class LoopDescriptor implements DescriptorKernel {
  private final Embeddings embeddings;
  private final SeE2A descriptor;
  private final int width;
  private final int axis;
  private final int pitch;
  private final PairLines lines;

  private final double[] dSums;

  LoopDescriptor(Embeddings embeddings) {
    this.embeddings = embeddings;
    descriptor = embeddings.descriptor();
    width = descriptor.embeddingWidth();
    axis = descriptor.axisNeuron();
    pitch = EmbeddingTable.pitch(width);
    dSums = new double[4 * width];
    lines = new PairLines(embeddings);
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
      if (embeddings.net(type, n) != null) {
        int from = environment.firstPair(centre, n);
        int to = environment.firstPair(centre, n + 1);
        for (int pair = from; pair < to; pair++) {
          lines.load(environment, pair, type, n);
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

  private void addPair(double[] sums, int offset) {
    double[] c = lines.line;
    int at = lines.at;
    double t = lines.t;
    double r0 = lines.r0;
    double r1 = lines.r1;
    double r2 = lines.r2;
    double r3 = lines.r3;
    int w = width;
    int o1 = at + pitch;
    int o2 = o1 + pitch;
    int o3 = o2 + pitch;
    int o4 = o3 + pitch;
    int o5 = o4 + pitch;
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
      if (embeddings.net(type, n) != null) {
        int to = environment.firstPair(centre, n + 1);
        for (int pair = environment.firstPair(centre, n); pair < to; pair++) {
          lines.load(environment, pair, type, n);
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
    double[] c = lines.line;
    int at = lines.at;
    double t = lines.t;
    double r0 = lines.r0;
    double r1 = lines.r1;
    double r2 = lines.r2;
    double r3 = lines.r3;
    int w = width;
    double d0 = 0;
    double d1 = 0;
    double d2 = 0;
    double d3 = 0;
    for (int m = 0; m < w; m++) {
      double g = c[at + 5 * pitch + m];
      double dg = g;
      g = g * t + c[at + 4 * pitch + m];
      dg = dg * t + g;
      g = g * t + c[at + 3 * pitch + m];
      dg = dg * t + g;
      g = g * t + c[at + 2 * pitch + m];
      dg = dg * t + g;
      g = g * t + c[at + pitch + m];
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
