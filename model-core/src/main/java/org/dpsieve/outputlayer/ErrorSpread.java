package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How large the errors of a model are, as variances along {@link ErrorDirections}: an error of a
 * force on an atom, or of an energy per atom, is taken as Gaussian, its variance as the sum of what
 * the directions make there. Found from errors on frames left out, so what features cannot express
 * is in it as well as what labels leave open, and of both more where both are larger.
 *
 * @param directions which they are
 * @param variances along them, [count]
 */
public record ErrorSpread(ErrorDirections directions, double[] variances) {
  /** All energies count as this part of all forces. */
  private static final double ENERGIES = 0.1;

  /** Part of the mean square error that is everywhere. */
  private static final double FLOOR = 0.02;

  private static final int STEPS = 200;

  /**
   * The most likely variances, by multiplicative steps that keep them above zero (as for the
   * Itakura-Saito divergence: Févotte, Bertin, Durrieu 2009, doi:10.1162/neco.2008.04-08-771,
   * section 3.2, with the exponent 1/2 that never makes it worse).
   *
   * @param observations without any force nothing is found, and members agree
   */
  public static ErrorSpread of(
      ErrorDirections directions, List<ErrorDirections.Observation> observations) {
    int count = directions.count();
    long atoms = observations.stream().mapToLong(o -> o.force().length).sum();
    double forces = 0;
    double energies = 0;
    long known = 0;
    for (ErrorDirections.Observation observation : observations) {
      for (double square : observation.force()) {
        forces += square / atoms;
      }
      if (!Double.isNaN(observation.energy())) {
        energies += observation.energy();
        known++;
      }
    }
    double[] variances = new double[count];
    if (!(forces > 0)) { // no forces, or none is wrong
      return new ErrorSpread(directions, variances);
    }
    Arrays.fill(variances, forces / (3.0 * count));
    double energyWeight = known == 0 ? 0 : ENERGIES * atoms / known;
    double energyFloor = known == 0 ? 0 : FLOOR * energies / known;
    for (int step = 0; step < STEPS; step++) {
      double[] more = new double[count];
      double[] less = new double[count];
      for (ErrorDirections.Observation o : observations) {
        for (int i = 0; i < o.force().length; i++) {
          add(o.force()[i], o.byForce(), i * count, FLOOR * forces, 1, variances, more, less);
        }
        if (!Double.isNaN(o.energy())) {
          add(o.energy(), o.byEnergy(), 0, energyFloor, energyWeight, variances, more, less);
        }
      }
      for (int d = 0; d < count; d++) {
        variances[d] *= less[d] > 0 ? Math.sqrt(more[d] / less[d]) : 0;
      }
    }
    return new ErrorSpread(directions, variances);
  }

  private static void add(
      double found,
      double[] by,
      int from,
      double floor,
      double weight,
      double[] variances,
      double[] more,
      double[] less) {
    double expected = floor;
    for (int d = 0; d < variances.length; d++) {
      expected += variances[d] * by[from + d];
    }
    if (!(expected > 0)) {
      return; // no error at all, of nothing that could be wrong
    }
    double up = weight * (found + floor) / (expected * expected);
    double down = weight / expected;
    for (int d = 0; d < variances.length; d++) {
      more[d] += up * by[from + d];
      less[d] += down * by[from + d];
    }
  }

  /**
   * Members of an ensemble, as changes of the model's parameters: their mean is zero, and the root
   * mean square of what they change is the error that is expected.
   *
   * <p>Members have one dimension less than they are many. Each direction, largest variance first,
   * goes to the dimension that has least so far, with a sign that is drawn: variances along the
   * directions are exactly those expected, and what they make together is mixed up as little as it
   * can be with so few members (the sum of squares of variances of the dimensions is near the least
   * possible, Benedetto and Fickus 2003, doi:10.1023/A:1021323312367).
   *
   * @param members at least 2
   * @param seed of the draws
   * @return [members][size]
   */
  public double[][] members(int members, long seed) {
    int size = directions.size();
    Random random = new Random(seed);
    double[][] dimensions = new double[members - 1][size];
    double[] loads = new double[members - 1];
    int[] largestFirst =
        IntStream.range(0, directions.count())
            .boxed()
            .sorted(Comparator.comparingDouble(d -> -variances[d]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int d : largestFirst) {
      int least = 0;
      for (int j = 1; j < loads.length; j++) {
        least = loads[j] < loads[least] ? j : least;
      }
      loads[least] += variances[d];
      double part = (random.nextBoolean() ? 1 : -1) * Math.sqrt(variances[d] * members);
      for (int k = 0; k < size; k++) {
        dimensions[least][k] += part * directions.rows()[d * size + k];
      }
    }
    double[][] changes = new double[members][size];
    for (int j = 1; j < members; j++) { // Helmert's rows: orthonormal, without a mean
      double norm = 1 / Math.sqrt(j * (j + 1.0));
      for (int m = 0; m <= j; m++) {
        double part = m < j ? norm : -j * norm;
        for (int k = 0; k < size; k++) {
          changes[m][k] += part * dimensions[j - 1][k];
        }
      }
    }
    return changes;
  }
}
