package org.dpsieve.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.FrameFeatures;
import org.dpsieve.outputlayer.GemmFeatures;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

class UncertainEnsembleTest {
  private static final boolean[] BOTH = {true, true};
  private static final double RIDGE = 0.5;

  private final List<DeepPotential> models =
      List.of(RandomModels.agAu(1), RandomModels.agAu(2), RandomModels.agAu(3));
  private final List<Frame> frames = new ArrayList<>();
  private final List<List<FrameFeatures>> features = new ArrayList<>();
  private final List<OutputPosterior> posteriors = new ArrayList<>();

  UncertainEnsembleTest() {
    for (int k = 0; k < 12; k++) {
      Frame frame = RandomModels.agAuFrame(4 + k % 3, 20 + k);
      double[] force = new Random(k).doubles(3L * frame.atomCount(), -1, 1).toArray();
      frames.add(frame.withLabels(new Labels(-3.0 * k, force, new double[9])));
    }
    for (DeepPotential model : models) {
      OutputParameters parameters = OutputParameters.of(model, BOTH);
      NormalEquations sum = new NormalEquations(parameters.size());
      List<FrameFeatures> rows = new ArrayList<>();
      try (GemmFeatures kernel = new GemmFeatures(model, parameters)) {
        for (Frame frame : frames) {
          rows.add(kernel.of(frame));
          sum.add(frame, rows.get(rows.size() - 1), parameters.read(model));
        }
      }
      features.add(rows);
      posteriors.add(OutputPosterior.of(sum, LossPrefactors.DEFAULT, RIDGE));
    }
  }

  @Test
  void energiesAreExactAndForcesThoseOfTheDraw() {
    Uncertainty uncertainty = new Uncertainty(BOTH, posteriors, 2, 3);
    try (Ensemble ensemble = Ensemble.of(models)) {
      List<FrameSigma> sigmas =
          new UncertainEnsemble(models, ensemble, uncertainty).evaluate(frames);
      List<Prediction[]> plain = ensemble.evaluate(frames);
      for (int k = 0; k < frames.size(); k++) {
        FrameSigma sigma = sigmas.get(k);
        int atoms = frames.get(k).atomCount();
        double[] exact = new double[models.size()];
        for (int m = 0; m < exact.length; m++) {
          double[] row = features.get(m).get(k).energy().clone();
          for (int j = 0; j < row.length; j++) {
            row[j] /= atoms;
          }
          exact[m] = 2 * Math.sqrt(posteriors.get(m).variance(row));
          assertThat(sigma.models()[m].force()).containsExactly(plain.get(k)[m].force());
        }
        assertThat(sigma.modelEnergy()).containsExactly(exact, within(1e-6 * max(exact)));
        // three models: one draw, of the first
        double[] drawn =
            times(features.get(0).get(k).force(), posteriors.get(0).draw(0), 3 * atoms);
        double mean = DoubleStream.of(drawn).map(x -> x * x).average().orElseThrow();
        assertThat(sigma.rmsForce()).isCloseTo(3 * Math.sqrt(mean), within(1e-5 * Math.sqrt(mean)));
        assertThat(sigma.modelForce()).containsOnly(sigma.force());
      }
    }
  }

  /** Many draws: their mean square is the variance, so one draw is right on average. */
  @Test
  void drawsHaveThePosteriorsVariance() {
    OutputPosterior posterior = posteriors.get(0);
    double[] row = Arrays.copyOf(features.get(0).get(3).force(), posterior.size());
    double sum = 0;
    int draws = 4000;
    for (int seed = 0; seed < draws; seed++) {
      double value = times(row, posterior.draw(seed), 1)[0];
      sum += value * value / draws;
    }
    assertThat(sum / posterior.variance(row)).isCloseTo(1, within(5 * Math.sqrt(2.0 / draws)));
  }

  @Test
  void anElementWithoutLabelsIsNotKnownAndABrokenFrameIsNotANumber() {
    boolean[] silver = {true, false};
    DeepPotential model = models.get(0);
    OutputParameters parameters = OutputParameters.of(model, silver);
    Uncertainty uncertainty =
        Uncertainty.raw(
            silver,
            List.of(
                OutputPosterior.of(silverOnly(model, parameters), LossPrefactors.DEFAULT, RIDGE)));
    Frame broken =
        new Frame("broken", 0, new int[] {47}, new double[] {0, 0, Double.NaN}, null, Labels.NONE);
    try (Ensemble ensemble = Ensemble.of(List.of(model))) {
      List<FrameSigma> sigmas =
          new UncertainEnsemble(List.of(model), ensemble, uncertainty)
              .evaluate(List.of(frames.get(0), silver(0), broken));
      assertThat(sigmas.get(0).energy()).isNaN();
      assertThat(sigmas.get(0).force()).isNaN();
      assertThat(sigmas.get(1).energy()).isPositive();
      assertThat(sigmas.get(1).force()).isPositive();
      assertThat(sigmas.get(2).energy()).isNaN();
      assertThat(sigmas.get(2).rmsForce()).isNaN();
    }
  }

  private static Frame silver(int seed) {
    Frame mixed = RandomModels.agAuFrame(4, 50 + seed);
    int[] z = new int[mixed.atomCount()];
    Arrays.fill(z, 47);
    double[] force = new double[3 * z.length];
    return new Frame(
        "silver", seed, z, mixed.coord(), mixed.cell(), new Labels(-1.0, force, new double[9]));
  }

  private static NormalEquations silverOnly(DeepPotential model, OutputParameters parameters) {
    NormalEquations sum = new NormalEquations(parameters.size());
    try (GemmFeatures kernel = new GemmFeatures(model, parameters)) {
      for (int seed = 0; seed < 5; seed++) {
        sum.add(silver(seed), kernel.of(silver(seed)), parameters.read(model));
      }
    }
    return sum;
  }

  private static double[] times(double[] rows, double[] x, int count) {
    double[] result = new double[count];
    for (int row = 0; row < count; row++) {
      for (int k = 0; k < x.length; k++) {
        result[row] += rows[row * x.length + k] * x[k];
      }
    }
    return result;
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  @Test
  void theFactorMakesIntervalsCoverNineteenOfTwenty() {
    double[] ratios = new Random(1).ints(4000, 0, 2).mapToDouble(i -> i).toArray();
    Random random = new Random(2);
    for (int k = 0; k < ratios.length; k++) {
      ratios[k] = (0.5 + 2 * ratios[k]) * random.nextGaussian(); // heavier tails than one Gaussian
    }
    double factor = Calibration.factor(ratios);
    long covered =
        Arrays.stream(ratios).filter(r -> Math.abs(r) <= factor * Calibration.WIDTH).count();
    assertThat(covered / (double) ratios.length).isCloseTo(0.95, within(0.001));
    assertThat(Calibration.factor(new double[] {Double.NaN})).isNaN();
  }
}
