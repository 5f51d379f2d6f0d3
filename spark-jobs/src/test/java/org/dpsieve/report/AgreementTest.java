package org.dpsieve.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.junit.jupiter.api.Test;

/** Sums of errors against the formulas typed out, whatever the parts and their order. */
class AgreementTest {
  record Said(Frame frame, String formula, Prediction[] models) {}

  static Said said(Random random, int atoms, String formula, double energy) {
    double[] force = random.doubles(3L * atoms, -1, 1).toArray();
    double[] virial = random.doubles(9, -1, 1).toArray();
    Frame frame =
        new Frame(
            formula,
            0,
            new int[atoms],
            random.doubles(3L * atoms, 0, 9).toArray(),
            null,
            new Labels(energy * atoms, force, virial));
    Prediction[] models = new Prediction[2];
    for (int m = 0; m < 2; m++) {
      double[] otherForce = force.clone();
      double[] otherVirial = virial.clone();
      for (int i = 0; i < otherForce.length; i++) {
        otherForce[i] += 0.1 * (m + 1) * random.nextGaussian();
      }
      for (int i = 0; i < 9; i++) {
        otherVirial[i] += atoms * 0.05 * random.nextGaussian();
      }
      models[m] =
          new Prediction(
              (energy + 0.01 * (m + 1) * random.nextGaussian()) * atoms,
              otherForce,
              otherVirial,
              new double[atoms]);
    }
    return new Said(frame, formula, models);
  }

  static List<Said> frames(int count) {
    Random random = new Random(5);
    List<Said> all = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      all.add(said(random, 1 + k % 4, "H" + (1 + k % 4), -1000 + random.nextDouble()));
    }
    return all;
  }

  static Agreement of(Term term, List<Said> frames) {
    Agreement all = new Agreement(term, 2);
    frames.forEach(one -> all.add(one.frame(), one.formula(), one.models()));
    return all;
  }

  @Test
  void statisticsAreThoseOfTheFormulas() {
    List<Said> frames = frames(60);
    for (Term term : Term.values()) {
      Agreement found = of(term, frames);
      List<double[]> pairs = new ArrayList<>(); // label, said
      double[] squares = new double[2];
      for (Said one : frames) {
        double[] label = term.label(one.frame());
        for (int m = 0; m < 2; m++) {
          double[] said = term.said(one.frame(), one.models()[m]);
          for (int i = 0; i < label.length; i++) {
            pairs.add(new double[] {label[i], said[i]});
            squares[m] += Math.pow(said[i] - label[i], 2);
          }
        }
      }
      double n = pairs.size();
      double mean = pairs.stream().mapToDouble(p -> p[0]).average().getAsDouble();
      double variance = pairs.stream().mapToDouble(p -> Math.pow(p[0] - mean, 2)).sum();
      assertThat(found.sums().rmse(1)).isCloseTo(Math.sqrt(squares[1] / (n / 2)), within(1e-12));
      assertThat(found.sums().rmse())
          .isCloseTo(
              (Math.sqrt(squares[0] / (n / 2)) + Math.sqrt(squares[1] / (n / 2))) / 2,
              within(1e-12));
      assertThat(found.mae())
          .isCloseTo(
              pairs.stream().mapToDouble(p -> Math.abs(p[1] - p[0])).average().getAsDouble(),
              within(1e-12));
      assertThat(found.bias())
          .isCloseTo(
              pairs.stream().mapToDouble(p -> p[1] - p[0]).average().getAsDouble(), within(1e-12));
      // of energies near -1000 as well
      assertThat(found.r2()).isCloseTo(1 - (squares[0] + squares[1]) / variance, within(1e-9));
      assertThat(found.grid().points()).isEqualTo(pairs.size());
      assertThat(found.histogram().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(pairs.size());
      assertThat(found.byFormula()).hasSize(4);
      assertThat(found.byFormula().get("H2").frames()).isEqualTo(15);
    }
  }

  @Test
  void partsInAnyOrderAreTheWhole() {
    List<Said> frames = frames(50);
    Agreement whole = of(Term.FORCE, frames);
    Collections.shuffle(frames, new Random(1));
    Agreement parts = of(Term.FORCE, frames.subList(0, 1));
    parts.merge(of(Term.FORCE, List.of()));
    parts.merge(of(Term.FORCE, frames.subList(1, 20)));
    parts.merge(of(Term.FORCE, frames.subList(20, 50)));
    assertThat(parts.grid().counts()).isEqualTo(whole.grid().counts());
    assertThat(parts.grid().size()).isEqualTo(whole.grid().size());
    assertThat(parts.histogram()).isEqualTo(whole.histogram());
    assertThat(parts.sums().rmse()).isCloseTo(whole.sums().rmse(), within(1e-12));
    assertThat(parts.sums().interval()[0]).isCloseTo(whole.sums().interval()[0], within(1e-10));
    assertThat(parts.r2()).isCloseTo(whole.r2(), within(1e-12));
    assertThat(parts.byFormula().get("H3").rmse())
        .isCloseTo(whole.byFormula().get("H3").rmse(), within(1e-12));
  }

  /** Of 95 % intervals found on samples of a population some 95 % hold its error. */
  @Test
  void intervalsCoverWhatOtherFramesGive() {
    Random random = new Random(7);
    int covered = 0;
    int samples = 1000;
    for (int s = 0; s < samples; s++) {
      ErrorSums sums = new ErrorSums(2);
      for (int k = 0; k < 80; k++) {
        int values = 3 * (4 + random.nextInt(20));
        double size = random.nextBoolean() ? 0.05 : 0.1; // frames differ
        double[] squares = new double[2];
        for (int i = 0; i < values; i++) {
          squares[0] += Math.pow(size * random.nextGaussian(), 2);
          squares[1] += Math.pow(size * random.nextGaussian(), 2);
        }
        sums.add(squares, values);
      }
      double[] interval = sums.interval();
      double truth = Math.sqrt((0.05 * 0.05 + 0.1 * 0.1) / 2);
      covered += truth >= interval[0] && truth <= interval[1] ? 1 : 0;
    }
    assertThat(covered / (double) samples).isBetween(0.92, 0.98);
  }

  @Test
  void oneFrameAndNoneAndEqualLabelsHaveNoIntervalOrShare() {
    Agreement one = of(Term.ENERGY, frames(1));
    assertThat(one.sums().interval()).containsOnly(Double.NaN);
    assertThat(one.r2()).isNaN();
    assertThat(one.sums().rmse()).isPositive();
    Agreement none = of(Term.ENERGY, List.of());
    assertThat(none.sums().rmse()).isNaN();
    assertThat(none.grid().isEmpty()).isTrue();
  }
}
