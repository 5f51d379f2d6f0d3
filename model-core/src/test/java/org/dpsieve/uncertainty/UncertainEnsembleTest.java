package org.dpsieve.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
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
  private static final int COMPONENTS = 24;

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
  void moreLabelsOfTheSameKindLeaveLessOpen() {
    NormalEquations once = new NormalEquations(posteriors.get(0).size());
    NormalEquations twice = new NormalEquations(posteriors.get(0).size());
    double[] start = OutputParameters.of(models.get(0), BOTH).read(models.get(0));
    for (int k = 0; k < frames.size(); k++) {
      once.add(frames.get(k), features.get(0).get(k), start);
      twice.add(frames.get(k), features.get(0).get(k), start);
      twice.add(frames.get(k), features.get(0).get(k), start);
    }
    double[] row = features.get(0).get(3).energy();
    double expected = OutputPosterior.of(twice, LossPrefactors.DEFAULT, RIDGE).variance(row);
    OutputPosterior half = OutputPosterior.of(once, LossPrefactors.DEFAULT, RIDGE);
    assertThat(half.variance(row)).isGreaterThan(1.5 * expected);
    assertThat(half.withLabels(once.frames(), twice.frames()).variance(row))
        .isCloseTo(expected, within(1e-3 * expected));
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

  @Test
  void membersOutOfOneModelSayWhatTheModelWithTheirOutputLayerSays() {
    boolean[] both = {true, true};
    DeepPotential model = models.get(0);
    OutputParameters parameters = OutputParameters.of(model, both);
    double[][] changes = new double[3][parameters.size()];
    Random random = new Random(4);
    for (double[] change : changes) {
      Arrays.setAll(change, k -> 0.1 * random.nextGaussian());
    }
    Uncertainty uncertainty =
        Uncertainty.raw(
            both,
            List.of(
                new OutputPosterior(
                    new double[parameters.size() * parameters.size()], parameters.size())));
    Frame broken =
        new Frame("broken", 0, new int[] {47}, new double[] {0, 0, Double.NaN}, null, Labels.NONE);
    try (Ensemble ensemble = Ensemble.of(List.of(model))) {
      UncertainEnsemble one =
          new UncertainEnsemble(List.of(model), ensemble, uncertainty, changes, null);
      for (Frame frame : frames) {
        Prediction[] members = one.answer(List.of(frame)).get(0).members();
        assertThat(members).hasSize(3);
        for (int m = 0; m < members.length; m++) {
          double[] layer = parameters.read(model);
          for (int k = 0; k < layer.length; k++) {
            layer[k] += changes[m][k];
          }
          Prediction expected = new ReferenceModel(parameters.write(model, layer)).evaluate(frame);
          assertThat(members[m].energy()).isCloseTo(expected.energy(), within(1e-8));
          assertThat(members[m].force()).containsExactly(expected.force(), within(1e-8));
          assertThat(members[m].virial()).containsExactly(expected.virial(), within(1e-8));
        }
      }
      assertThat(one.answer(List.of(broken)).get(0).members()[2].energy()).isNaN();
    }
  }

  /** Refused by name before anybody reads hidden layers that are not there; evaluated as ever. */
  @Test
  void aNetWithoutHiddenLayerIsNotRead() {
    Network[] networks = models.get(0).fitting().networks().clone();
    int inputs = networks[1].layers().get(0).inputs();
    double[] weight = new Random(1).doubles(inputs, -1, 1).toArray();
    networks[1] =
        new Network(
            List.of(
                new Layer(
                    inputs,
                    1,
                    weight,
                    new double[1],
                    null,
                    Activation.LINEAR,
                    Layer.Shortcut.NONE)));
    DeepPotential model = models.get(0).withFitting(models.get(0).fitting().withNetworks(networks));
    try (Ensemble ensemble = Ensemble.of(List.of(model))) {
      assertThat(ensemble.evaluate(frames).get(0)[0].energy())
          .isCloseTo(new ReferenceModel(model).evaluate(frames.get(0)).energy(), within(1e-8));
      assertThatThrownBy(() -> ensemble.read(frames, new double[1][0][][]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("hidden layer");
    }
    assertThatThrownBy(() -> OutputParameters.of(model, new boolean[] {true, false}))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("the fitting net of Au has no hidden layer");
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

  /** Errors of one frame have a size of their own: frames count, not their many components. */
  @Test
  void theFactorMakesIntervalsCoverNineteenOfTwentyHoweverFewTheFrames() {
    Random random = new Random(2);
    for (int known : new int[] {25, 50, 200}) {
      int runs = 400;
      double covered = 0;
      for (int run = 0; run < runs; run++) {
        double factor = Calibration.factor(ratios(known, random));
        covered +=
            ratios(50, random).stream()
                    .flatMapToDouble(Arrays::stream)
                    .filter(r -> Math.abs(r) <= factor * Calibration.WIDTH)
                    .count()
                / (50.0 * COMPONENTS * runs);
      }
      // at most 2 / (n + 1) more, theorem 2 of the paper
      assertThat(covered).as(known + " frames").isBetween(0.945, 0.955 + 2.0 / (known + 1));
    }
    assertThat(Calibration.factor(List.of(new double[] {Double.NaN}))).isNaN();
    assertThat(Calibration.factor(List.of(new double[] {1, -3}, new double[] {2})))
        .isCloseTo(3 / Calibration.WIDTH, within(1e-15));
  }

  private static List<double[]> ratios(int frames, Random random) {
    List<double[]> all = new ArrayList<>();
    for (int k = 0; k < frames; k++) {
      double size = Math.exp(0.8 * random.nextGaussian());
      all.add(
          DoubleStream.generate(() -> size * random.nextGaussian()).limit(COMPONENTS).toArray());
    }
    return all;
  }

  @Test
  void reliabilityIsWhatWasFoundOnTheFoldsLeftOut() {
    Random random = new Random(3);
    List<List<FrameErrors>> folds = new ArrayList<>();
    for (int fold = 0; fold < 5; fold++) {
      List<FrameErrors> frames = new ArrayList<>();
      for (int k = 0; k < 40; k++) {
        double sigma = Math.exp(random.nextGaussian());
        double[] error =
            DoubleStream.generate(() -> 3 * sigma * random.nextGaussian()).limit(4).toArray();
        double[] sigmas = new double[4];
        Arrays.fill(sigmas, sigma);
        frames.add(
            new FrameErrors(
                new FrameErrors.Pairs(error, sigmas),
                new FrameErrors.Pairs(new double[0], new double[0])));
      }
      folds.add(frames);
    }
    Reliability found = Reliability.of(folds, 3, Double.NaN);
    assertThat(found.frames()).isEqualTo(200);
    assertThat(found.energy().errors()).isEqualTo(800);
    assertThat(found.energy().coverage()).isBetween(0.92, 0.98);
    assertThat(found.energy().bins()).hasSize(10);
    for (Reliability.Bin bin : found.energy().bins()) {
      assertThat(bin.errors()).isEqualTo(80);
      assertThat(bin.error() / bin.sigma()).isBetween(0.7, 1.4);
    }
    assertThat(found.energy().bins().get(9).sigma())
        .isGreaterThan(3 * found.energy().bins().get(0).sigma());
    assertThat(found.force().bins()).isEmpty();
    assertThat(found.force().coverage()).isNaN();
  }
}
