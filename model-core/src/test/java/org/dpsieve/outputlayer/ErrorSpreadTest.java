package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

class ErrorSpreadTest {
  private static final boolean[] BOTH = {true, true};

  private final DeepPotential model = RandomModels.agAu(1);
  private final OutputParameters parameters = OutputParameters.of(model, BOTH);
  private final double[] own = parameters.read(model);
  private final List<Frame> frames = new ArrayList<>();
  private final List<FrameFeatures> features = new ArrayList<>();
  private final NormalEquations sums = new NormalEquations(parameters.size());

  ErrorSpreadTest() {
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < 40; k++) {
        Frame frame = RandomModels.agAuFrame(4 + k % 5, 100 + k);
        FrameFeatures of = kernel.of(frame);
        Random random = new Random(k);
        double[] force = new double[3 * frame.atomCount()];
        for (int c = 0; c < force.length; c++) {
          force[c] = predicted(of.force(), c, own) + 0.1 * random.nextGaussian();
        }
        double energy =
            of.constant().energy() + predicted(of.energy(), 0, own) + 0.2 * random.nextGaussian();
        Frame labelled = frame.withLabels(new Labels(energy, force, null));
        sums.add(labelled, of, own);
        frames.add(labelled);
        features.add(of);
      }
    }
  }

  @Test
  void labelsOfEnergiesAloneAreRefused() {
    NormalEquations energies = new NormalEquations(parameters.size());
    for (int f = 0; f < frames.size(); f++) {
      Labels labels = new Labels(frames.get(f).labels().energy(), null, null);
      energies.add(frames.get(f).withLabels(labels), features.get(f), own);
    }
    assertThatThrownBy(() -> ErrorDirections.of(energies, parameters.biases()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no labelled frame has a force label", "force.npy");
  }

  private double predicted(double[] x, int row, double[] by) {
    double sum = 0;
    for (int k = 0; k < own.length; k++) {
      sum += x[row * own.length + k] * by[k];
    }
    return sum;
  }

  private double[] direction(ErrorDirections directions, int d) {
    return Arrays.copyOfRange(directions.rows(), d * own.length, (d + 1) * own.length);
  }

  /** Mean over frames of the mean over components of the product of two directions' forces. */
  private double ofForces(double[] a, double[] b) {
    double mean = 0;
    for (FrameFeatures of : features) {
      for (int c = 0; c < 3 * of.atoms(); c++) {
        mean +=
            predicted(of.force(), c, a)
                * predicted(of.force(), c, b)
                / (3.0 * of.atoms() * features.size());
      }
    }
    return mean;
  }

  private double ofEnergies(double[] a, double[] b) {
    return features.stream()
        .mapToDouble(of -> predicted(of.energy(), 0, a) * predicted(of.energy(), 0, b) / of.atoms())
        .sum();
  }

  @Test
  void directionsChangeForcesByOneAndShareNeitherForcesNorEnergies() {
    ErrorDirections directions = ErrorDirections.of(sums, parameters.biases());
    assertThat(directions.count()).isBetween(2, own.length - parameters.biases().length);
    for (int a = 0; a < Math.min(4, directions.count()); a++) {
      double[] x = direction(directions, a);
      double[] y = direction(directions, directions.count() - 1 - a);
      assertThat(ofForces(x, x)).isCloseTo(1, within(1e-5));
      assertThat(ofForces(x, y)).isCloseTo(0, within(1e-5));
      assertThat(ofEnergies(x, y) / Math.sqrt(ofEnergies(x, x) * ofEnergies(y, y)))
          .isCloseTo(0, within(1e-2)); // sums that cancel to 1e-8 of their terms
      for (int bias : parameters.biases()) { // no other bias makes less of energies
        double[] moved = x.clone();
        moved[bias] += 0.01;
        assertThat(ofEnergies(moved, moved)).isGreaterThan(ofEnergies(x, x));
      }
    }
  }

  @Test
  void errorsAreTheLabelsLessWhatTheParametersSay() {
    ErrorDirections directions = ErrorDirections.of(sums, parameters.biases());
    double square = 0;
    double energy = 0;
    for (int k = 0; k < frames.size(); k++) {
      ErrorDirections.Observation seen = directions.observe(frames.get(k), features.get(k), own);
      square += Arrays.stream(seen.force()).sum() / (3 * seen.force().length) / frames.size();
      double n = frames.get(k).atomCount();
      energy += seen.energy() * n * n / frames.size();
    }
    assertThat(Math.sqrt(square)).isCloseTo(0.1, within(0.01)); // as the labels were made
    assertThat(Math.sqrt(energy)).isCloseTo(0.2, within(0.06));
    Frame bare = frames.get(0).withLabels(new Labels(1.0, null, null));
    assertThat(directions.observe(bare, features.get(0), own).force()).isEmpty();
    Frame forces = frames.get(0).withLabels(new Labels(null, frames.get(0).labels().force(), null));
    assertThat(directions.observe(forces, features.get(0), own).energy()).isNaN();
  }

  /** Two directions, errors drawn with known variances along them. */
  @Test
  void variancesAreFoundAgain() {
    double[] truth = {0.04, 0.0025};
    Random random = new Random(3);
    List<ErrorDirections.Observation> seen = new ArrayList<>();
    for (int k = 0; k < 400; k++) {
      double[] force = new double[8];
      double[] by = new double[16];
      for (int i = 0; i < 8; i++) {
        for (int c = 0; c < 3; c++) {
          double a = Math.exp(random.nextGaussian());
          double b = Math.exp(random.nextGaussian());
          double off = Math.sqrt(truth[0] * a * a + truth[1] * b * b) * random.nextGaussian();
          force[i] += off * off;
          by[2 * i] += a * a;
          by[2 * i + 1] += b * b;
        }
      }
      seen.add(new ErrorDirections.Observation(force, by, Double.NaN, new double[2]));
    }
    ErrorDirections two = new ErrorDirections(new double[] {1, 0, 0, 1}, 2, 2);
    double[] found = ErrorSpread.of(two, seen).variances();
    assertThat(found[0]).isCloseTo(truth[0], within(0.1 * truth[0]));
    assertThat(found[1]).isCloseTo(truth[1], within(0.5 * truth[1]));
  }

  @Test
  void membersLieAroundTheModelAndAreAsFarApartAsErrorsAreLarge() {
    ErrorDirections two = new ErrorDirections(new double[] {1, 0, 1, 1}, 2, 2);
    ErrorSpread spread = new ErrorSpread(two, new double[] {0.04, 0.01});
    assertThat(spread.members(8, 5)).isDeepEqualTo(spread.members(8, 5));
    double[] x = {0.3, -2};
    double expected = 0.04 * 0.09 + 0.01 * (0.3 - 2) * (0.3 - 2);
    double mean = 0;
    int draws = 2000;
    for (int seed = 0; seed < draws; seed++) {
      double[][] members = spread.members(4, seed);
      double sum = 0;
      for (double[] member : members) {
        double change = member[0] * x[0] + member[1] * x[1];
        sum += change;
        mean += change * change / members.length / draws;
      }
      assertThat(sum).isCloseTo(0, within(1e-12));
    }
    assertThat(mean).isCloseTo(expected, within(0.05 * expected));
  }

  /** Of two directions in three dimensions, or of one of thirty in seven. */
  @Test
  void aloneEveryDirectionIsAsLongAsItsErrorsWhateverTheDraw() {
    ErrorDirections two = new ErrorDirections(new double[] {1, 0, 1, 1}, 2, 2);
    ErrorSpread spread = new ErrorSpread(two, new double[] {0.04, 0.01});
    double[] x = {0.3, -2};
    double expected = 0.04 * 0.09 + 0.01 * (0.3 - 2) * (0.3 - 2);
    for (int seed = 0; seed < 5; seed++) {
      assertThat(meanSquare(spread.members(4, seed), x)).isCloseTo(expected, within(1e-12));
    }
    int count = 30;
    double[] rows = new double[count * count];
    double[] variances = new double[count];
    for (int d = 0; d < count; d++) {
      rows[d * count + d] = 1;
      variances[d] = 1.0 / (d + 1);
    }
    double[][] members =
        new ErrorSpread(new ErrorDirections(rows, count, count), variances).members(8, 1);
    for (int d = 0; d < count; d++) {
      double[] along = new double[count];
      along[d] = 1;
      assertThat(meanSquare(members, along)).isCloseTo(variances[d], within(1e-12));
    }
    double[][] other =
        new ErrorSpread(new ErrorDirections(rows, count, count), variances).members(8, 2);
    assertThat(other).isNotEqualTo(members);
  }

  private static double meanSquare(double[][] members, double[] x) {
    double mean = 0;
    for (double[] member : members) {
      double change = 0;
      for (int k = 0; k < x.length; k++) {
        change += member[k] * x[k];
      }
      mean += change * change / members.length;
    }
    return mean;
  }

  @Test
  void aModelWithoutErrorsHasMembersThatAgree() {
    ErrorDirections two = new ErrorDirections(new double[] {1, 0, 0, 1}, 2, 2);
    ErrorSpread none =
        ErrorSpread.of(
            two,
            List.of(
                new ErrorDirections.Observation(
                    new double[1], new double[] {1, 1}, 0, new double[] {1, 1})));
    for (double[] member : none.members(3, 1)) {
      assertThat(member).containsExactly(new double[2], within(1e-9));
    }
  }
}
