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
  private final PairRows rows;
  private final PairForces forces = new PairForces();

  private final double[] dSums;

  LoopDescriptor(Embeddings embeddings) {
    this.embeddings = embeddings;
    descriptor = embeddings.descriptor();
    width = descriptor.embeddingWidth();
    axis = descriptor.axisNeuron();
    pitch = EmbeddingTable.pitch(width);
    dSums = new double[4 * width];
    rows = new PairRows(embeddings, EmbeddingTable.Accuracy.FLOAT64.terms());
  }

  @Override
  public int sumsSize() {
    return 4 * width;
  }

  @Override
  public int directions() {
    return width;
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
        rows.load(environment, centre, n);
        for (int pair = 0; pair < rows.count; pair++) {
          addPair(rows.line(pair), pair, sums, sumsOffset);
        }
        addEmptySlots(descriptor.sel()[n] - rows.count, type, n, sums, sumsOffset);
      } else if (embeddings.emptySlotOf(type, n) != null) {
        int filled = environment.firstPair(centre, n + 1) - environment.firstPair(centre, n);
        addEmptySlots(descriptor.sel()[n] - filled, type, n, sums, sumsOffset);
      }
    }
    double scale = 1 / descriptor.normalization();
    for (int i = sumsOffset; i < sumsOffset + 4 * width; i++) {
      sums[i] *= scale;
    }
    multiply(sums, sumsOffset, d, offset);
  }

  private void addPair(double[] c, int pair, double[] sums, int offset) {
    int at = rows.at[pair];
    double t = rows.t[pair];
    double r0 = rows.r[0][pair];
    double r1 = rows.r[1][pair];
    double r2 = rows.r[2][pair];
    double r3 = rows.r[3][pair];
    int w = width;
    int p = pitch;
    for (int m = 0; m < w; m++) {
      int o = at + m;
      double g = c[o + 7 * p] * t + c[o + 6 * p];
      g = g * t + c[o + 5 * p];
      g = g * t + c[o + 4 * p];
      g = g * t + c[o + 3 * p];
      g = g * t + c[o + 2 * p];
      g = g * t + c[o + p];
      g = g * t + c[o];
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
        rows.load(environment, centre, n);
        forces.room(rows.count);
        for (int pair = 0; pair < rows.count; pair++) {
          pairGradient(rows.line(pair), pair);
        }
        forces.add(
            environment,
            centre,
            environment.firstPair(centre, n),
            rows.count,
            descriptor.dstd()[type],
            force,
            virial,
            virialOffset);
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

  private void pairGradient(double[] c, int pair) {
    int at = rows.at[pair];
    double t = rows.t[pair];
    double r0 = rows.r[0][pair];
    double r1 = rows.r[1][pair];
    double r2 = rows.r[2][pair];
    double r3 = rows.r[3][pair];
    int w = width;
    int p = pitch;
    double d0 = 0;
    double d1 = 0;
    double d2 = 0;
    double d3 = 0;
    for (int m = 0; m < w; m++) {
      int o = at + m;
      double g = c[o + 7 * p];
      double dg = g;
      g = g * t + c[o + 6 * p];
      dg = dg * t + g;
      g = g * t + c[o + 5 * p];
      dg = dg * t + g;
      g = g * t + c[o + 4 * p];
      dg = dg * t + g;
      g = g * t + c[o + 3 * p];
      dg = dg * t + g;
      g = g * t + c[o + 2 * p];
      dg = dg * t + g;
      g = g * t + c[o + p];
      dg = dg * t + g;
      g = g * t + c[o];
      double x0 = dSums[m];
      double x1 = dSums[w + m];
      double x2 = dSums[2 * w + m];
      double x3 = dSums[3 * w + m];
      d0 += g * x0 + dg * (r0 * x0 + r1 * x1 + r2 * x2 + r3 * x3);
      d1 += g * x1;
      d2 += g * x2;
      d3 += g * x3;
    }
    forces.gradient[0][pair] = d0;
    forces.gradient[1][pair] = d1;
    forces.gradient[2][pair] = d2;
    forces.gradient[3][pair] = d3;
  }
}
