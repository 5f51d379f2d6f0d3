package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Dpa4cShape;

/**
 * {@link DescriptorKernel} of {@link Dpa4c}. What types make of the radial functions, phi = chi
 * (gamma g + beta + U q), is linear: so the functions themselves are summed over the neighbors of
 * one type, and gamma, beta and U applied to the sums. Not for two threads at once.
 */
final class Dpa4cDescriptor implements DescriptorKernel {
  private final Dpa4cNets nets;
  private final Dpa4cShape shape;
  private final Dpa4cPairs pairs;
  private final RadialSums radial;
  private final Dpa4cInvariants invariants;
  private final int modes;
  private final int harmonics;

  /** Numbers in a row of the columns that degrees above zero need. */
  private final int shared;

  /** Degree of each harmonic above zero. */
  private final int[] degree;

  /** First of each harmonic's moments in the sums. */
  private final int[] first;

  /** Of one neighbor type: sum chi g, sum chi² B g; and on the way back. */
  private final double[] scalar;

  private final double[] angular;
  private final double[] angularBack;
  private final double[] weights;
  private final double[] dSums;

  Dpa4cDescriptor(Dpa4cNets nets, RadialSums radial) {
    this.nets = nets;
    this.radial = radial;
    shape = nets.model().shape();
    modes = nets.model().modeCount();
    pairs = new Dpa4cPairs(nets);
    invariants = new Dpa4cInvariants(nets.model());
    harmonics = pairs.count;
    degree = new int[harmonics];
    first = new int[harmonics];
    for (int h = 0; h < harmonics; h++) {
      int l = (int) Math.sqrt(h + 1);
      degree[h] = l;
      first[h] = 2 + shape.firstMoment(l) + (h + 1 - l * l) * shape.channels(l);
    }
    shared = RadialSums.padded(pairs.shared);
    scalar = new double[RadialSums.padded(pairs.columns)];
    angular = new double[pairs.stride * shared];
    angularBack = new double[shared * pairs.stride];
    weights = new double[harmonics];
    dSums = new double[sumsSize()];
  }

  @Override
  public int sumsSize() {
    return 2 + shape.moments();
  }

  @Override
  public int descriptorSize() {
    return shape.invariants();
  }

  @Override
  public void forward(
      Environment environment, int centre, double[] sums, int sumsOffset, double[] d, int offset) {
    int type = environment.type(centre);
    Arrays.fill(sums, sumsOffset, sumsOffset + sumsSize(), 0);
    for (int n = 0; n < environment.typeCount(); n++) {
      Dpa4c.Pair pair = nets.pair(type, n);
      if (pair == null
          || environment.firstPair(centre, n) == environment.firstPair(centre, n + 1)) {
        continue;
      }
      pairs.load(environment, centre, n);
      Arrays.fill(scalar, 0);
      Arrays.fill(angular, 0);
      for (int from = 0, to; from < pairs.pairs; from = to) {
        to = pairs.end(from);
        radial.add(pairs, pairs.line(from), from, to, scalar, angular);
      }
      addScalars(pair, sums, sumsOffset);
      addMoments(pair, sums, sumsOffset);
    }
    invariants.forward(sums, sumsOffset, d, offset);
  }

  private void addScalars(Dpa4c.Pair pair, double[] sums, int offset) {
    double sum = 0;
    double square = 0;
    double fourth = 0;
    for (int i = 0; i < pairs.pairs; i++) {
      double chi = pairs.chi[i];
      sum += chi;
      square += chi * chi;
      fourth += chi * chi * chi * chi;
    }
    sums[offset] += square;
    sums[offset + 1] += fourth;
    int channels = shape.channels();
    for (int c = 0; c < channels; c++) {
      double x = pair.scale()[c] * scalar[nets.column(c)] + pair.shift()[c] * sum;
      for (int k = 0; k < modes; k++) {
        x += pair.mixing()[c * modes + k] * scalar[nets.modeColumn(k)];
      }
      sums[offset + 2 + c] += x;
    }
  }

  private void addMoments(Dpa4c.Pair pair, double[] sums, int offset) {
    Arrays.fill(weights, 0);
    for (int i = 0; i < pairs.pairs; i++) {
      int row = i * pairs.stride;
      for (int h = 0; h < harmonics; h++) {
        weights[h] += pairs.weight[row + h];
      }
    }
    for (int h = 0; h < harmonics; h++) {
      int channels = shape.channels(degree[h]);
      int row = h * shared;
      for (int c = 0; c < channels; c++) {
        double x = pair.scale()[c] * angular[row + c] + pair.shift()[c] * weights[h];
        for (int k = 0; k < modes; k++) {
          x += pair.mixing()[c * modes + k] * angular[row + nets.modeColumn(k)];
        }
        sums[offset + first[h] + c] += x;
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
    int type = environment.type(centre);
    invariants.backward(sums, sumsOffset, gradient, offset, dSums);
    for (int n = 0; n < environment.typeCount(); n++) {
      Dpa4c.Pair pair = nets.pair(type, n);
      if (pair == null
          || environment.firstPair(centre, n) == environment.firstPair(centre, n + 1)) {
        continue;
      }
      pairs.load(environment, centre, n);
      double constant = scalarBack(pair);
      momentsBack(pair);
      for (int from = 0, to; from < pairs.pairs; from = to) {
        to = pairs.end(from);
        radial.gradients(pairs, pairs.line(from), from, to, scalar, angularBack);
      }
      pairs.addForces(
          environment, centre, constant, weights, dSums[0], dSums[1], force, virial, virialOffset);
    }
  }

  /** dE/d(sum chi g) to {@link #scalar}; returns dE/d(sum chi). */
  private double scalarBack(Dpa4c.Pair pair) {
    int channels = shape.channels();
    double constant = 0;
    for (int k = 0; k < modes; k++) {
      scalar[nets.modeColumn(k)] = 0;
    }
    for (int c = 0; c < channels; c++) {
      double g = dSums[2 + c];
      scalar[nets.column(c)] = pair.scale()[c] * g;
      constant += pair.shift()[c] * g;
      for (int k = 0; k < modes; k++) {
        scalar[nets.modeColumn(k)] += pair.mixing()[c * modes + k] * g;
      }
    }
    return constant;
  }

  /** dE/d(sum chi² B g) to {@link #angularBack}, dE/d(sum chi² B) to {@link #weights}. */
  private void momentsBack(Dpa4c.Pair pair) {
    int stride = pairs.stride;
    Arrays.fill(angularBack, 0);
    for (int h = 0; h < harmonics; h++) {
      int channels = shape.channels(degree[h]);
      double constant = 0;
      for (int c = 0; c < channels; c++) {
        double g = dSums[first[h] + c];
        angularBack[c * stride + h] = pair.scale()[c] * g;
        constant += pair.shift()[c] * g;
        for (int k = 0; k < modes; k++) {
          angularBack[nets.modeColumn(k) * stride + h] += pair.mixing()[c * modes + k] * g;
        }
      }
      weights[h] = constant;
    }
  }
}
