package org.dpsieve.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.dpsieve.model.SeE2A;

/**
 * {@link VectorDescriptor} in single precision: geometry, normalisation and forces stay double. A
 * class of its own, since one compiled for both precisions runs at half the speed. Rows of A are
 * padded to {@link EmbeddingTable#pitch} with zeros. Lanes are added up one by one: the Vector API
 * leaves the order of its own reduction open, and bits must not depend on whether a method has been
 * compiled yet.
 */
final class FloatDescriptor {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
  private static final int LANES = SPECIES.length();

  private final Embeddings embeddings;
  private final SeE2A descriptor;
  private final int width;
  private final int pitch;

  /** {@link #width} up to whole vectors. */
  private final int whole;

  private final int axis;
  private final PairRows rows;
  private final PairForces forces = new PairForces();

  /** {@link EmbeddingTable#coefficients}, [centre type][neighbor type]. */
  private final float[][][] tables;

  /** For a neighbor that no table holds. */
  private final float[] ownLine;

  private final float[] dSums;

  /** D or its gradient unfolded, [axis, pitch]: 0 where m is below a. */
  private final float[] unfolded;

  private final float[] lanes = new float[4 * LANES];

  FloatDescriptor(Embeddings embeddings, float[][][] tables) {
    this.tables = tables;
    this.embeddings = embeddings;
    descriptor = embeddings.descriptor();
    width = descriptor.embeddingWidth();
    pitch = EmbeddingTable.pitch(width);
    whole = (width + LANES - 1) / LANES * LANES;
    axis = descriptor.axisNeuron();
    rows = new PairRows(embeddings, EmbeddingTable.Accuracy.FLOAT32.terms());
    ownLine = new float[EmbeddingTable.Accuracy.FLOAT32.terms() * pitch];
    dSums = new float[4 * pitch];
    unfolded = new float[axis * pitch];
  }

  public int sumsSize() {
    return 4 * pitch;
  }

  public int descriptorSize() {
    return axis * width - axis * (axis - 1) / 2;
  }

  public void forward(
      Environment environment, int centre, float[] sums, int sumsOffset, float[] d, int offset) {
    int type = environment.type(centre);
    Arrays.fill(sums, sumsOffset, sumsOffset + 4 * pitch, 0);
    for (int n = 0; n < environment.typeCount(); n++) {
      if (embeddings.net(type, n) != null) {
        rows.load(environment, centre, n);
        for (int from = 0, to; from < rows.count; from = to) {
          to = rows.end(from);
          addPairs(line(from, type, n), from, to, sums, sumsOffset);
        }
        addEmptySlots(descriptor.sel()[n] - rows.count, type, n, sums, sumsOffset);
      } else if (embeddings.emptySlotOf(type, n) != null) {
        int filled = environment.firstPair(centre, n + 1) - environment.firstPair(centre, n);
        addEmptySlots(descriptor.sel()[n] - filled, type, n, sums, sumsOffset);
      }
    }
    scale(sums, sumsOffset, (float) (1 / descriptor.normalization()));
    multiply(sums, sumsOffset);
    for (int a = 0; a < axis; a++) {
      System.arraycopy(unfolded, a * pitch + a, d, offset, width - a);
      offset += width - a;
    }
  }

  /** The line that {@link #rows} found, in single precision. */
  private float[] line(int pair, int type, int neighborType) {
    if (rows.at[pair] >= 0) {
      return tables[type][neighborType];
    }
    double[] line = rows.line(pair);
    for (int i = 0; i < 2 * pitch; i++) {
      ownLine[i] = (float) line[i];
    }
    return ownLine;
  }

  /** The pairs from {@code from} to {@code to}, whose lines are in {@code c}. */
  private void addPairs(float[] c, int from, int to, float[] sums, int offset) {
    int[] at = rows.at;
    double[] place = rows.t;
    double[] r0 = rows.r[0];
    double[] r1 = rows.r[1];
    double[] r2 = rows.r[2];
    double[] r3 = rows.r[3];
    int p = pitch;
    for (int m = 0; m < whole; m += LANES) {
      int s = offset + m;
      FloatVector x0 = FloatVector.fromArray(SPECIES, sums, s);
      FloatVector x1 = FloatVector.fromArray(SPECIES, sums, s + p);
      FloatVector x2 = FloatVector.fromArray(SPECIES, sums, s + 2 * p);
      FloatVector x3 = FloatVector.fromArray(SPECIES, sums, s + 3 * p);
      for (int i = from; i < to; i++) {
        int o = at[i] + m;
        FloatVector t = FloatVector.broadcast(SPECIES, (float) place[i]);
        FloatVector g =
            FloatVector.fromArray(SPECIES, c, o + 5 * p)
                .fma(t, FloatVector.fromArray(SPECIES, c, o + 4 * p))
                .fma(t, FloatVector.fromArray(SPECIES, c, o + 3 * p))
                .fma(t, FloatVector.fromArray(SPECIES, c, o + 2 * p))
                .fma(t, FloatVector.fromArray(SPECIES, c, o + p))
                .fma(t, FloatVector.fromArray(SPECIES, c, o));
        x0 = g.fma(FloatVector.broadcast(SPECIES, (float) r0[i]), x0);
        x1 = g.fma(FloatVector.broadcast(SPECIES, (float) r1[i]), x1);
        x2 = g.fma(FloatVector.broadcast(SPECIES, (float) r2[i]), x2);
        x3 = g.fma(FloatVector.broadcast(SPECIES, (float) r3[i]), x3);
      }
      x0.intoArray(sums, s);
      x1.intoArray(sums, s + p);
      x2.intoArray(sums, s + 2 * p);
      x3.intoArray(sums, s + 3 * p);
    }
  }

  private void addEmptySlots(int count, int type, int neighborType, float[] sums, int offset) {
    if (count > 0) {
      double[] one = embeddings.emptySlotOf(type, neighborType);
      for (int k = 0; k < 4; k++) {
        for (int m = 0; m < width; m++) {
          sums[offset + k * pitch + m] += (float) (count * one[k * width + m]);
        }
      }
    }
  }

  private void scale(float[] sums, int offset, float factor) {
    for (int i = offset; i < offset + 4 * pitch; i += LANES) {
      FloatVector.fromArray(SPECIES, sums, i).mul(factor).intoArray(sums, i);
    }
  }

  /** A^T A to {@link #unfolded}. */
  private void multiply(float[] sums, int offset) {
    int p = pitch;
    for (int m = 0; m < whole; m += LANES) {
      int s = offset + m;
      FloatVector x0 = FloatVector.fromArray(SPECIES, sums, s);
      FloatVector x1 = FloatVector.fromArray(SPECIES, sums, s + p);
      FloatVector x2 = FloatVector.fromArray(SPECIES, sums, s + 2 * p);
      FloatVector x3 = FloatVector.fromArray(SPECIES, sums, s + 3 * p);
      for (int a = 0; a < axis; a++) {
        int o = offset + a;
        x0.mul(sums[o])
            .add(x1.mul(sums[o + p]))
            .add(x2.mul(sums[o + 2 * p]).add(x3.mul(sums[o + 3 * p])))
            .intoArray(unfolded, a * p + m);
      }
    }
  }

  public void backward(
      Environment environment,
      int centre,
      float[] sums,
      int sumsOffset,
      float[] gradient,
      int offset,
      double[] force,
      double[] virial,
      int virialOffset) {
    int type = environment.type(centre);
    for (int a = 0; a < axis; a++) {
      Arrays.fill(unfolded, a * pitch, a * pitch + a, 0);
      System.arraycopy(gradient, offset, unfolded, a * pitch + a, width - a);
      Arrays.fill(unfolded, a * pitch + width, (a + 1) * pitch, 0);
      offset += width - a;
    }
    sumsGradient(sums, sumsOffset);
    for (int a = 0; a < axis; a++) {
      addAxisGradient(sums, sumsOffset, a);
    }
    scale(dSums, 0, (float) (1 / descriptor.normalization()));
    for (int n = 0; n < environment.typeCount(); n++) {
      if (embeddings.net(type, n) != null) {
        rows.load(environment, centre, n);
        forces.room(rows.count);
        for (int from = 0, to; from < rows.count; from = to) {
          to = rows.end(from);
          pairGradients(line(from, type, n), from, to);
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

  /** dE/dA as the second factor of A^T A, to {@link #dSums}. */
  private void sumsGradient(float[] sums, int offset) {
    int p = pitch;
    for (int m = 0; m < whole; m += LANES) {
      FloatVector x0 = FloatVector.zero(SPECIES);
      FloatVector x1 = x0;
      FloatVector x2 = x0;
      FloatVector x3 = x0;
      for (int a = 0; a < axis; a++) {
        FloatVector g = FloatVector.fromArray(SPECIES, unfolded, a * p + m);
        int o = offset + a;
        x0 = g.fma(FloatVector.broadcast(SPECIES, sums[o]), x0);
        x1 = g.fma(FloatVector.broadcast(SPECIES, sums[o + p]), x1);
        x2 = g.fma(FloatVector.broadcast(SPECIES, sums[o + 2 * p]), x2);
        x3 = g.fma(FloatVector.broadcast(SPECIES, sums[o + 3 * p]), x3);
      }
      x0.intoArray(dSums, m);
      x1.intoArray(dSums, p + m);
      x2.intoArray(dSums, 2 * p + m);
      x3.intoArray(dSums, 3 * p + m);
    }
  }

  /** dE/dA[a] as the first factor, added to {@link #dSums}. */
  private void addAxisGradient(float[] sums, int offset, int a) {
    int p = pitch;
    FloatVector x0 = FloatVector.zero(SPECIES);
    FloatVector x1 = x0;
    FloatVector x2 = x0;
    FloatVector x3 = x0;
    for (int m = 0; m < whole; m += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, unfolded, a * p + m);
      int s = offset + m;
      x0 = g.fma(FloatVector.fromArray(SPECIES, sums, s), x0);
      x1 = g.fma(FloatVector.fromArray(SPECIES, sums, s + p), x1);
      x2 = g.fma(FloatVector.fromArray(SPECIES, sums, s + 2 * p), x2);
      x3 = g.fma(FloatVector.fromArray(SPECIES, sums, s + 3 * p), x3);
    }
    x0.intoArray(lanes, 0);
    x1.intoArray(lanes, LANES);
    x2.intoArray(lanes, 2 * LANES);
    x3.intoArray(lanes, 3 * LANES);
    for (int k = 0; k < 4; k++) {
      dSums[k * p + a] += (float) sum(lanes, k * LANES);
    }
  }

  /**
   * The derivatives by the normalised rows of the pairs from {@code from} to {@code to}, whose
   * lines are in {@code c}.
   */
  private void pairGradients(float[] c, int from, int to) {
    int p = pitch;
    for (int i = from; i < to; i++) {
      int at = rows.at[i];
      FloatVector t = FloatVector.broadcast(SPECIES, (float) rows.t[i]);
      FloatVector r0 = FloatVector.broadcast(SPECIES, (float) rows.r[0][i]);
      FloatVector r1 = FloatVector.broadcast(SPECIES, (float) rows.r[1][i]);
      FloatVector r2 = FloatVector.broadcast(SPECIES, (float) rows.r[2][i]);
      FloatVector r3 = FloatVector.broadcast(SPECIES, (float) rows.r[3][i]);
      FloatVector d0 = FloatVector.zero(SPECIES);
      FloatVector d1 = d0;
      FloatVector d2 = d0;
      FloatVector d3 = d0;
      for (int m = 0; m < whole; m += LANES) {
        int o = at + m;
        FloatVector g = FloatVector.fromArray(SPECIES, c, o + 5 * p);
        FloatVector dg = g;
        g = g.fma(t, FloatVector.fromArray(SPECIES, c, o + 4 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, FloatVector.fromArray(SPECIES, c, o + 3 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, FloatVector.fromArray(SPECIES, c, o + 2 * p));
        dg = dg.fma(t, g);
        g = g.fma(t, FloatVector.fromArray(SPECIES, c, o + p));
        dg = dg.fma(t, g);
        g = g.fma(t, FloatVector.fromArray(SPECIES, c, o));
        FloatVector x0 = FloatVector.fromArray(SPECIES, dSums, m);
        FloatVector x1 = FloatVector.fromArray(SPECIES, dSums, p + m);
        FloatVector x2 = FloatVector.fromArray(SPECIES, dSums, 2 * p + m);
        FloatVector x3 = FloatVector.fromArray(SPECIES, dSums, 3 * p + m);
        FloatVector along = r3.fma(x3, r2.fma(x2, r1.fma(x1, r0.mul(x0))));
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
        forces.gradient[k][i] = sum(lanes, k * LANES);
      }
    }
  }

  private static double sum(float[] lanes, int from) {
    double sum = 0;
    for (int i = from; i < from + LANES; i += 4) {
      sum += ((double) lanes[i] + lanes[i + 1]) + ((double) lanes[i + 2] + lanes[i + 3]);
    }
    return sum;
  }
}
