package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;
import org.dpsieve.model.SeE2A;

/**
 * {@link DescriptorKernel} by the Vector API. Rows of A are padded to {@link EmbeddingTable#pitch}
 * with zeros. Lanes are added up one by one: the Vector API leaves the order of its own reduction
 * open, and bits must not depend on whether a method has been compiled yet.
 */
final class VectorDescriptor implements DescriptorKernel {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private final Embeddings embeddings;
  private final SeE2A descriptor;
  private final int width;
  private final int pitch;

  /** {@link #width} up to whole vectors. */
  private final int whole;

  private final int axis;
  private final PairRows rows;

  /** By gradient, those of one call. */
  private final List<PairForces> forces = new ArrayList<>();

  /** dE/dA by gradient, [4, pitch] each. */
  private final List<double[]> dSums = new ArrayList<>();

  /** Value and slope of one neighbor's embedding, [pitch] each. */
  private final double[] value;

  private final double[] slope;

  /** D or its gradient unfolded, [axis, pitch]: 0 where m is below a. */
  private final double[] unfolded;

  private final double[] lanes = new double[4 * LANES];

  VectorDescriptor(Embeddings embeddings) {
    this.embeddings = embeddings;
    descriptor = embeddings.descriptor();
    width = descriptor.embeddingWidth();
    pitch = EmbeddingTable.pitch(width);
    whole = (width + LANES - 1) / LANES * LANES;
    axis = descriptor.axisNeuron();
    rows = new PairRows(embeddings, EmbeddingTable.Accuracy.FLOAT64.terms());
    value = new double[pitch];
    slope = new double[pitch];
    unfolded = new double[axis * pitch];
  }

  @Override
  public int sumsSize() {
    return 4 * pitch;
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
    Arrays.fill(sums, sumsOffset, sumsOffset + 4 * pitch, 0);
    for (int n = 0; n < environment.typeCount(); n++) {
      if (embeddings.net(type, n) != null) {
        rows.load(environment, centre, n);
        for (int from = 0, to; from < rows.count; from = to) {
          to = rows.end(from);
          addPairs(rows.line(from), from, to, sums, sumsOffset);
        }
        addEmptySlots(descriptor.sel()[n] - rows.count, type, n, sums, sumsOffset);
      } else if (embeddings.emptySlotOf(type, n) != null) {
        int filled = environment.firstPair(centre, n + 1) - environment.firstPair(centre, n);
        addEmptySlots(descriptor.sel()[n] - filled, type, n, sums, sumsOffset);
      }
    }
    scale(sums, sumsOffset, 1 / descriptor.normalization());
    multiply(sums, sumsOffset);
    for (int a = 0; a < axis; a++) {
      System.arraycopy(unfolded, a * pitch + a, d, offset, width - a);
      offset += width - a;
    }
  }

  /** The pairs from {@code from} to {@code to}, whose lines are in {@code c}. */
  private void addPairs(double[] c, int from, int to, double[] sums, int offset) {
    int[] at = rows.at;
    double[] place = rows.t;
    double[] r0 = rows.r[0];
    double[] r1 = rows.r[1];
    double[] r2 = rows.r[2];
    double[] r3 = rows.r[3];
    int p = pitch;
    for (int m = 0; m < whole; m += LANES) {
      int s = offset + m;
      DoubleVector x0 = DoubleVector.fromArray(SPECIES, sums, s);
      DoubleVector x1 = DoubleVector.fromArray(SPECIES, sums, s + p);
      DoubleVector x2 = DoubleVector.fromArray(SPECIES, sums, s + 2 * p);
      DoubleVector x3 = DoubleVector.fromArray(SPECIES, sums, s + 3 * p);
      for (int i = from; i < to; i++) {
        int o = at[i] + m;
        DoubleVector t = DoubleVector.broadcast(SPECIES, place[i]);
        DoubleVector g =
            DoubleVector.fromArray(SPECIES, c, o + 7 * p)
                .fma(t, DoubleVector.fromArray(SPECIES, c, o + 6 * p))
                .fma(t, DoubleVector.fromArray(SPECIES, c, o + 5 * p))
                .fma(t, DoubleVector.fromArray(SPECIES, c, o + 4 * p))
                .fma(t, DoubleVector.fromArray(SPECIES, c, o + 3 * p))
                .fma(t, DoubleVector.fromArray(SPECIES, c, o + 2 * p))
                .fma(t, DoubleVector.fromArray(SPECIES, c, o + p))
                .fma(t, DoubleVector.fromArray(SPECIES, c, o));
        x0 = g.fma(DoubleVector.broadcast(SPECIES, r0[i]), x0);
        x1 = g.fma(DoubleVector.broadcast(SPECIES, r1[i]), x1);
        x2 = g.fma(DoubleVector.broadcast(SPECIES, r2[i]), x2);
        x3 = g.fma(DoubleVector.broadcast(SPECIES, r3[i]), x3);
      }
      x0.intoArray(sums, s);
      x1.intoArray(sums, s + p);
      x2.intoArray(sums, s + 2 * p);
      x3.intoArray(sums, s + 3 * p);
    }
  }

  private void addEmptySlots(int count, int type, int neighborType, double[] sums, int offset) {
    if (count > 0) {
      double[] one = embeddings.emptySlotOf(type, neighborType);
      for (int k = 0; k < 4; k++) {
        for (int m = 0; m < width; m++) {
          sums[offset + k * pitch + m] += count * one[k * width + m];
        }
      }
    }
  }

  private void scale(double[] sums, int offset, double factor) {
    for (int i = offset; i < offset + 4 * pitch; i += LANES) {
      DoubleVector.fromArray(SPECIES, sums, i).mul(factor).intoArray(sums, i);
    }
  }

  /** A^T A to {@link #unfolded}. */
  private void multiply(double[] sums, int offset) {
    int p = pitch;
    for (int m = 0; m < whole; m += LANES) {
      int s = offset + m;
      DoubleVector x0 = DoubleVector.fromArray(SPECIES, sums, s);
      DoubleVector x1 = DoubleVector.fromArray(SPECIES, sums, s + p);
      DoubleVector x2 = DoubleVector.fromArray(SPECIES, sums, s + 2 * p);
      DoubleVector x3 = DoubleVector.fromArray(SPECIES, sums, s + 3 * p);
      for (int a = 0; a < axis; a++) {
        int o = offset + a;
        x0.mul(sums[o])
            .add(x1.mul(sums[o + p]))
            .add(x2.mul(sums[o + 2 * p]).add(x3.mul(sums[o + 3 * p])))
            .intoArray(unfolded, a * p + m);
      }
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
    backward(
        environment,
        centre,
        sums,
        sumsOffset,
        new double[][] {gradient},
        offset,
        new double[][] {force},
        new double[][] {virial},
        virialOffset);
  }

  /** What the neighbors' tables hold is read once for all gradients. */
  @Override
  public void backward(
      Environment environment,
      int centre,
      double[] sums,
      int sumsOffset,
      double[][] gradients,
      int offset,
      double[][] force,
      double[][] virial,
      int virialOffset) {
    int type = environment.type(centre);
    for (int g = 0; g < gradients.length; g++) {
      if (dSums.size() == g) {
        dSums.add(new double[4 * pitch]);
        forces.add(new PairForces());
      }
      sumsGradient(sums, sumsOffset, gradients[g], offset, dSums.get(g));
    }
    for (int n = 0; n < environment.typeCount(); n++) {
      if (embeddings.net(type, n) != null) {
        rows.load(environment, centre, n);
        for (int g = 0; g < gradients.length; g++) {
          forces.get(g).room(rows.count);
        }
        for (int from = 0, to; from < rows.count; from = to) {
          to = rows.end(from);
          double[] line = rows.line(from);
          if (gradients.length == 1) {
            pairGradients(line, from, to, dSums.get(0), forces.get(0).gradient);
          } else {
            pairGradients(line, from, to, gradients.length);
          }
        }
        for (int g = 0; g < gradients.length; g++) {
          forces
              .get(g)
              .add(
                  environment,
                  centre,
                  environment.firstPair(centre, n),
                  rows.count,
                  descriptor.dstd()[type],
                  force[g],
                  virial[g],
                  virialOffset);
        }
      }
    }
  }

  /** From dE/d(folded descriptor) to dE/dA. */
  private void sumsGradient(
      double[] sums, int sumsOffset, double[] gradient, int offset, double[] target) {
    int from = offset;
    for (int a = 0; a < axis; a++) {
      Arrays.fill(unfolded, a * pitch, a * pitch + a, 0);
      System.arraycopy(gradient, from, unfolded, a * pitch + a, width - a);
      Arrays.fill(unfolded, a * pitch + width, (a + 1) * pitch, 0);
      from += width - a;
    }
    secondFactorGradient(sums, sumsOffset, target);
    for (int a = 0; a < axis; a++) {
      addAxisGradient(sums, sumsOffset, a, target);
    }
    scale(target, 0, 1 / descriptor.normalization());
  }

  /** dE/dA as the second factor of A^T A, to {@code dSums}. */
  private void secondFactorGradient(double[] sums, int offset, double[] dSums) {
    int p = pitch;
    for (int m = 0; m < whole; m += LANES) {
      DoubleVector x0 = DoubleVector.zero(SPECIES);
      DoubleVector x1 = x0;
      DoubleVector x2 = x0;
      DoubleVector x3 = x0;
      for (int a = 0; a < axis; a++) {
        DoubleVector g = DoubleVector.fromArray(SPECIES, unfolded, a * p + m);
        int o = offset + a;
        x0 = g.fma(DoubleVector.broadcast(SPECIES, sums[o]), x0);
        x1 = g.fma(DoubleVector.broadcast(SPECIES, sums[o + p]), x1);
        x2 = g.fma(DoubleVector.broadcast(SPECIES, sums[o + 2 * p]), x2);
        x3 = g.fma(DoubleVector.broadcast(SPECIES, sums[o + 3 * p]), x3);
      }
      x0.intoArray(dSums, m);
      x1.intoArray(dSums, p + m);
      x2.intoArray(dSums, 2 * p + m);
      x3.intoArray(dSums, 3 * p + m);
    }
  }

  /** dE/dA[a] as the first factor, added to {@code dSums}. */
  private void addAxisGradient(double[] sums, int offset, int a, double[] dSums) {
    int p = pitch;
    DoubleVector x0 = DoubleVector.zero(SPECIES);
    DoubleVector x1 = x0;
    DoubleVector x2 = x0;
    DoubleVector x3 = x0;
    for (int m = 0; m < whole; m += LANES) {
      DoubleVector g = DoubleVector.fromArray(SPECIES, unfolded, a * p + m);
      int s = offset + m;
      x0 = g.fma(DoubleVector.fromArray(SPECIES, sums, s), x0);
      x1 = g.fma(DoubleVector.fromArray(SPECIES, sums, s + p), x1);
      x2 = g.fma(DoubleVector.fromArray(SPECIES, sums, s + 2 * p), x2);
      x3 = g.fma(DoubleVector.fromArray(SPECIES, sums, s + 3 * p), x3);
    }
    x0.intoArray(lanes, 0);
    x1.intoArray(lanes, LANES);
    x2.intoArray(lanes, 2 * LANES);
    x3.intoArray(lanes, 3 * LANES);
    for (int k = 0; k < 4; k++) {
      dSums[k * p + a] += sum(lanes, k * LANES);
    }
  }

  /**
   * The derivatives by the normalised rows of the pairs from {@code from} to {@code to}, whose
   * lines are in {@code c}, to {@code target}, [4][pairs].
   */
  private void pairGradients(double[] c, int from, int to, double[] dSums, double[][] target) {
    int p = pitch;
    for (int i = from; i < to; i++) {
      int at = rows.at[i];
      DoubleVector t = DoubleVector.broadcast(SPECIES, rows.t[i]);
      DoubleVector r0 = DoubleVector.broadcast(SPECIES, rows.r[0][i]);
      DoubleVector r1 = DoubleVector.broadcast(SPECIES, rows.r[1][i]);
      DoubleVector r2 = DoubleVector.broadcast(SPECIES, rows.r[2][i]);
      DoubleVector r3 = DoubleVector.broadcast(SPECIES, rows.r[3][i]);
      DoubleVector d0 = DoubleVector.zero(SPECIES);
      DoubleVector d1 = d0;
      DoubleVector d2 = d0;
      DoubleVector d3 = d0;
      for (int m = 0; m < whole; m += LANES) {
        int o = at + m;
        DoubleVector g = DoubleVector.fromArray(SPECIES, c, o + 7 * p);
        DoubleVector dg = g;
        g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 6 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 5 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 4 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 3 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 2 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + p));
        dg = dg.fma(t, g);
        g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o));
        DoubleVector x0 = DoubleVector.fromArray(SPECIES, dSums, m);
        DoubleVector x1 = DoubleVector.fromArray(SPECIES, dSums, p + m);
        DoubleVector x2 = DoubleVector.fromArray(SPECIES, dSums, 2 * p + m);
        DoubleVector x3 = DoubleVector.fromArray(SPECIES, dSums, 3 * p + m);
        DoubleVector along = r3.fma(x3, r2.fma(x2, r1.fma(x1, r0.mul(x0))));
        d0 = g.fma(x0, dg.fma(along, d0));
        d1 = g.fma(x1, d1);
        d2 = g.fma(x2, d2);
        d3 = g.fma(x3, d3);
      }
      d0.intoArray(lanes, 0);
      d1.intoArray(lanes, LANES);
      d2.intoArray(lanes, 2 * LANES);
      d3.intoArray(lanes, 3 * LANES);
      for (int k = 0; k < 4; k++) {
        target[k][i] = sum(lanes, k * LANES);
      }
    }
  }

  /** The same of several gradients, to the same bits. */
  private void pairGradients(double[] c, int from, int to, int gradients) {
    for (int i = from; i < to; i++) {
      embed(c, rows.at[i], rows.t[i]);
      for (int g = 0; g < gradients; g++) {
        pairGradient(i, dSums.get(g), forces.get(g).gradient);
      }
    }
  }

  /** One neighbor's embedding to {@link #value} and {@link #slope}. */
  private void embed(double[] c, int at, double place) {
    int p = pitch;
    DoubleVector t = DoubleVector.broadcast(SPECIES, place);
    for (int m = 0; m < whole; m += LANES) {
      int o = at + m;
      DoubleVector g = DoubleVector.fromArray(SPECIES, c, o + 7 * p);
      DoubleVector dg = g;
      g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 6 * p));
      dg = dg.fma(t, g);
      g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 5 * p));
      dg = dg.fma(t, g);
      g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 4 * p));
      dg = dg.fma(t, g);
      g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 3 * p));
      dg = dg.fma(t, g);
      g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + 2 * p));
      dg = dg.fma(t, g);
      g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o + p));
      dg = dg.fma(t, g);
      g = g.fma(t, DoubleVector.fromArray(SPECIES, c, o));
      g.intoArray(value, m);
      dg.intoArray(slope, m);
    }
  }

  /** The derivatives by the row of pair {@code i}, whose embedding is at hand. */
  private void pairGradient(int i, double[] dSums, double[][] target) {
    int p = pitch;
    DoubleVector r0 = DoubleVector.broadcast(SPECIES, rows.r[0][i]);
    DoubleVector r1 = DoubleVector.broadcast(SPECIES, rows.r[1][i]);
    DoubleVector r2 = DoubleVector.broadcast(SPECIES, rows.r[2][i]);
    DoubleVector r3 = DoubleVector.broadcast(SPECIES, rows.r[3][i]);
    DoubleVector d0 = DoubleVector.zero(SPECIES);
    DoubleVector d1 = d0;
    DoubleVector d2 = d0;
    DoubleVector d3 = d0;
    for (int m = 0; m < whole; m += LANES) {
      DoubleVector g = DoubleVector.fromArray(SPECIES, value, m);
      DoubleVector dg = DoubleVector.fromArray(SPECIES, slope, m);
      DoubleVector x0 = DoubleVector.fromArray(SPECIES, dSums, m);
      DoubleVector x1 = DoubleVector.fromArray(SPECIES, dSums, p + m);
      DoubleVector x2 = DoubleVector.fromArray(SPECIES, dSums, 2 * p + m);
      DoubleVector x3 = DoubleVector.fromArray(SPECIES, dSums, 3 * p + m);
      DoubleVector along = r3.fma(x3, r2.fma(x2, r1.fma(x1, r0.mul(x0))));
      d0 = g.fma(x0, dg.fma(along, d0));
      d1 = g.fma(x1, d1);
      d2 = g.fma(x2, d2);
      d3 = g.fma(x3, d3);
    }
    d0.intoArray(lanes, 0);
    d1.intoArray(lanes, LANES);
    d2.intoArray(lanes, 2 * LANES);
    d3.intoArray(lanes, 3 * LANES);
    for (int k = 0; k < 4; k++) {
      target[k][i] = sum(lanes, k * LANES);
    }
  }

  /** Of the numbers of one vector, in an order of its own. */
  static double sum(double[] lanes, int from) {
    double sum = 0;
    for (int i = from; i < from + LANES; i += 4) {
      sum += (lanes[i] + lanes[i + 1]) + (lanes[i + 2] + lanes[i + 3]);
    }
    return sum;
  }
}
