package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Dpa4cShape;

/**
 * The {@link Dpa4c} descriptor of one atom after the other, and its derivatives by the
 * displacements of the atom's neighbors: three rows of a neighbor, what the sums over neighbors
 * change by, times what the invariants change by with the sums. Not for two threads at once.
 */
public final class Dpa4cTangents {
  private final Dpa4cNets nets;
  private final Dpa4cShape shape;
  private final EmbeddingTable table;
  private final int pitch;
  private final Dpa4cInvariants invariants;
  private final Harmonics harmonics;
  private final Gemm gemm;

  /** First of each harmonic's moments in the sums, and how many. */
  private final int[] first;

  private final int[] channels;

  /** Of one neighbor: the radial functions and their slopes, its amplitudes and theirs. */
  private final double[] radial;

  private final double[] amplitude;
  private final double[] amplitudeSlope;

  /** B_h, and dB_h/du, row-major [harmonics, 3]. */
  private final double[] harmonic;

  private final double[] harmonicSlope;

  private final double[] sums;

  /** Row-major [pairs, 3, sums] and [sums, invariants]. */
  private double[] rows = new double[0];

  private final double[] jacobian;

  /**
   * @param model without the centre's type embedding
   */
  public Dpa4cTangents(Dpa4c model, Gemm gemm) {
    this.gemm = gemm;
    nets = new Dpa4cNets(model, true);
    shape = model.shape();
    table = nets.table();
    pitch = EmbeddingTable.pitch(nets.columns());
    invariants = new Dpa4cInvariants(model);
    harmonics = new Harmonics(shape.lmax());
    int count = harmonics.count();
    first = new int[count];
    channels = new int[count];
    for (int h = 0; h < count; h++) {
      int l = (int) Math.sqrt(h + 1);
      channels[h] = shape.channels(l);
      first[h] = 2 + shape.firstMoment(l) + (h + 1 - l * l) * channels[h];
    }
    radial = new double[2 * pitch];
    amplitude = new double[shape.channels()];
    amplitudeSlope = new double[shape.channels()];
    harmonic = new double[count];
    harmonicSlope = new double[3 * count];
    sums = new double[2 + shape.moments()];
    jacobian = new double[sums.length * shape.invariants()];
  }

  /** Numbers of the descriptor. */
  public int size() {
    return shape.invariants();
  }

  /**
   * Takes one atom.
   *
   * @param type of the atom
   * @param neighborType from {@code neighborType[from]} to {@code [to - 1]}
   * @param displacement from the atom to its neighbors, Å, row-major [pairs, 3]
   * @param descriptor to {@code descriptor[offset..]}
   * @param tangent by the displacements' components, row-major [pairs, 3, size], 1/Å, overwritten
   */
  public void load(
      int type,
      int[] neighborType,
      double[] displacement,
      int from,
      int to,
      double[] descriptor,
      int offset,
      double[] tangent) {
    int size = sums.length;
    if (rows.length < 3 * (to - from) * size) {
      rows = new double[6 * (to - from) * size];
    }
    Arrays.fill(sums, 0);
    Arrays.fill(rows, 0, 3 * (to - from) * size, 0);
    for (int p = from; p < to; p++) {
      Dpa4c.Pair pair = nets.pair(type, neighborType[p]);
      if (pair != null) {
        add(
            pair,
            displacement[3 * p],
            displacement[3 * p + 1],
            displacement[3 * p + 2],
            3 * (p - from) * size);
      }
    }
    invariants.forward(sums, 0, descriptor, offset);
    if (to > from) {
      invariants.jacobian(sums, jacobian);
      gemm.multiply(
          3 * (to - from),
          size(),
          size,
          new Matrix(rows, size),
          new Matrix(jacobian, size()),
          new Matrix(tangent, 3 * from * size(), size()));
    }
  }

  /** Adds a neighbor to the sums, and their derivatives to three rows. */
  private void add(Dpa4c.Pair pair, double x, double y, double z, int row) {
    double d = Math.sqrt(x * x + y * y + z * z + Dpa4c.SHORTEST * Dpa4c.SHORTEST);
    if (d >= nets.model().basis().rcut()) {
      return;
    }
    double chi = nets.model().envelope(d);
    double chiSlope = nets.model().envelopeSlope(d);
    double square = chi * chi;
    double squareSlope = 2 * chi * chiSlope;
    double[] u = {x / d, y / d, z / d};
    amplitudes(pair, d);
    harmonics(u, d);
    sums[0] += square;
    sums[1] += square * square;
    for (int c = 0; c < amplitude.length; c++) {
      sums[2 + c] += chi * amplitude[c];
    }
    for (int h = 0; h < first.length; h++) {
      for (int c = 0; c < channels[h]; c++) {
        sums[first[h] + c] += square * harmonic[h] * amplitude[c];
      }
    }
    for (int b = 0; b < 3; b++) {
      int to = row + b * sums.length;
      rows[to] = squareSlope * u[b];
      rows[to + 1] = 2 * square * squareSlope * u[b];
      for (int c = 0; c < amplitude.length; c++) {
        rows[to + 2 + c] = (chiSlope * amplitude[c] + chi * amplitudeSlope[c]) * u[b];
      }
      for (int h = 0; h < first.length; h++) {
        double along = harmonic[h] * u[b];
        double byValue = squareSlope * along + square * harmonicSlope[3 * h + b];
        double bySlope = square * along;
        for (int c = 0; c < channels[h]; c++) {
          rows[to + first[h] + c] = byValue * amplitude[c] + bySlope * amplitudeSlope[c];
        }
      }
    }
  }

  /** gamma g + beta + U q, and its slope by d. */
  private void amplitudes(Dpa4c.Pair pair, double d) {
    int interval = table.interval(d);
    if (interval < 0) {
      nets.slope().evaluate(d, radial, 0, pitch);
    } else {
      double t = d - table.origin(interval);
      int line = interval * table.stride();
      int terms = table.stride() / pitch;
      for (int m = 0; m < nets.columns(); m++) {
        double value = 0;
        double slope = 0;
        for (int k = terms - 1; k >= 0; k--) {
          slope = slope * t + value;
          value = value * t + table.coefficients()[line + k * pitch + m];
        }
        radial[m] = value;
        radial[pitch + m] = slope;
      }
    }
    int modes = nets.model().modeCount();
    for (int c = 0; c < amplitude.length; c++) {
      int column = nets.column(c);
      double value = pair.scale()[c] * radial[column] + pair.shift()[c];
      double slope = pair.scale()[c] * radial[pitch + column];
      for (int k = 0; k < modes; k++) {
        value += pair.mixing()[c * modes + k] * radial[nets.modeColumn(k)];
        slope += pair.mixing()[c * modes + k] * radial[pitch + nets.modeColumn(k)];
      }
      amplitude[c] = value;
      amplitudeSlope[c] = slope;
    }
  }

  /** B_h(u), and dB_h/dx = (w - (w . u) u) / d, w = dB_h/du. */
  private void harmonics(double[] u, double d) {
    harmonics.values(u[0], u[1], u[2], harmonic, 0);
    double[] one = new double[harmonic.length];
    double[] w = new double[3];
    for (int h = 0; h < one.length; h++) {
      one[h] = 1;
      harmonics.gradient(u[0], u[1], u[2], one, 0, w);
      one[h] = 0;
      double along = w[0] * u[0] + w[1] * u[1] + w[2] * u[2];
      for (int b = 0; b < 3; b++) {
        harmonicSlope[3 * h + b] = (w[b] - along * u[b]) / d;
      }
    }
  }
}
