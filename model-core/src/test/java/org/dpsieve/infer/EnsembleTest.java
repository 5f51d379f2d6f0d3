package org.dpsieve.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.kernel.Arithmetic;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.dpsieve.testing.RandomModels;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SinglePrecision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {
  private final List<DeepPotential> models = List.of(RandomModels.agAu(1), RandomModels.agAu(2));

  /**
   * Plain Java, and the Vector API, which the build's own JVMs offer, where vectors are long
   * enough.
   */
  private static List<Arithmetic> arithmetics() {
    Gemm blas = new Nd4jGemm();
    return List.of(Arithmetic.loops(blas), Arithmetic.best(Precision.FLOAT64, blas));
  }

  @ParameterizedTest
  @CsvSource({"small, true", "small, false", "seed-size, true"})
  void agreesWithDeepmdKitOnAwkwardFrames(String architecture, boolean tabulated) {
    Goldens goldens = Goldens.read(Shared.path("expected/" + architecture + ".json"));
    List<DeepPotential> trained =
        IntStream.range(0, 4)
            .mapToObj(i -> Shared.path("models/%s/%d/graph.pb".formatted(architecture, i)))
            .map(ModelFiles::read)
            .toList();
    assertThat(goldens.frames()).hasSize(17);
    assertAgreement(trained, tabulated, goldens, 1);
  }

  static Stream<Arguments> goldenModels() {
    return GoldenModel.readable()
        .flatMap(model -> Stream.of(Arguments.of(model, true), Arguments.of(model, false)));
  }

  /** Every option of se_e2_a and ener that changes numbers: scripts/goldens/models.py. */
  @ParameterizedTest
  @MethodSource("goldenModels")
  void agreesWithDeepmdKitForEveryOption(GoldenModel golden, boolean tabulated) {
    DeepPotential model = golden.model();
    assertAgreement(List.of(model), tabulated, golden.goldens(), golden.tolerance());
  }

  private static void assertAgreement(
      List<DeepPotential> models, boolean tabulated, Goldens goldens, double scale) {
    List<Frame> frames = goldens.frames().stream().map(Goldens.Evaluated::frame).toList();
    for (Arithmetic arithmetic : arithmetics()) {
      try (Ensemble ensemble =
          Ensemble.of(models, new EnsembleOptions(tabulated, Precision.FLOAT64), arithmetic)) {
        List<Prediction[]> results = ensemble.evaluate(frames);
        for (int f = 0; f < frames.size(); f++) {
          for (int m = 0; m < models.size(); m++) {
            Predictions.assertClose(
                results.get(f)[m],
                goldens.frames().get(f).expected().get(m),
                scale,
                arithmetic.name() + ", " + frames.get(f).name() + " model " + m);
          }
        }
      }
    }
  }

  static Stream<Activation> activations() {
    return Stream.of(
        Activation.LINEAR,
        Activation.TANH,
        Activation.RELU,
        Activation.RELU6,
        Activation.SOFTPLUS,
        Activation.SIGMOID,
        Activation.GELU,
        Activation.SILU,
        Activation.silut(1.5));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void agreesWithTheReferenceForRandomModels(Activation activation) {
    RandomModels.Shape shape =
        new RandomModels.Shape(
            3,
            4.5,
            new int[] {9, 30, 5}, // some too small, one never filled
            new int[] {5, 10, 10},
            3,
            new int[] {12, 12, 7, 14},
            activation,
            true,
            activation.equals(Activation.SIGMOID),
            activation.equals(Activation.TANH));
    DeepPotential model = RandomModels.of(shape, 7);
    Frame frame = RandomModels.agAuFrame(3, 14);
    Prediction expected = new ReferenceModel(model).evaluate(frame);
    for (boolean tabulated : new boolean[] {true, false}) {
      for (Arithmetic arithmetic : arithmetics()) {
        try (Ensemble ensemble =
            Ensemble.of(
                List.of(model), new EnsembleOptions(tabulated, Precision.FLOAT64), arithmetic)) {
          Prediction actual = ensemble.evaluate(List.of(frame)).get(0)[0];
          Predictions.assertClose(actual, expected, 1, activation + ", " + arithmetic.name());
        }
      }
    }
  }

  /** 2e-4 eV/Å or one part in a thousand of the largest force deviation; awkward frames, a pool. */
  @ParameterizedTest
  @CsvSource({"small", "seed-size"})
  @Tag("slow")
  void singlePrecisionKeepsTheDeviation(String architecture) throws IOException {
    SinglePrecision.require();
    Goldens goldens = Goldens.read(Shared.path("expected/" + architecture + ".json"));
    List<DeepPotential> trained =
        IntStream.range(0, 4)
            .mapToObj(i -> Shared.path("models/%s/%d/graph.pb".formatted(architecture, i)))
            .map(ModelFiles::read)
            .toList();
    List<Frame> frames = new ArrayList<>();
    goldens.frames().forEach(golden -> frames.add(golden.frame()));
    try (Stream<Path> systems = Files.list(Shared.path("data/ag-au/pbe"))) {
      for (Path system : systems.sorted().toList()) {
        frames.addAll(DeepmdSystems.readNpy(system));
      }
    }
    assertThat(frames).hasSize(2617);
    assertSinglePrecision(trained, frames);
  }

  @ParameterizedTest
  @MethodSource("activations")
  void singlePrecisionKnowsEveryOption(Activation activation) {
    SinglePrecision.require();
    List<DeepPotential> models = new ArrayList<>();
    for (int seed = 1; seed <= 3; seed++) {
      models.add(
          RandomModels.of(
              new RandomModels.Shape(
                  3,
                  4.5,
                  new int[] {9, 30, 5},
                  new int[] {5, 10, 10},
                  3,
                  new int[] {12, 12, 7, 14},
                  activation,
                  true,
                  false,
                  activation.equals(Activation.TANH)),
              seed));
    }
    assertSinglePrecision(
        models, List.of(RandomModels.agAuFrame(3, 14), RandomModels.agAuFrame(1, 9)));
  }

  private static void assertSinglePrecision(List<DeepPotential> models, List<Frame> frames) {
    try (Ensemble exact = Ensemble.of(models);
        Ensemble single = Ensemble.of(models, new EnsembleOptions(true, Precision.FLOAT32))) {
      List<Prediction[]> expected = exact.evaluate(frames);
      List<Prediction[]> actual = single.evaluate(frames);
      for (int f = 0; f < frames.size(); f++) {
        double deviation = Deviation.of(expected.get(f)).maxDeviF();
        assertThat(Deviation.of(actual.get(f)).maxDeviF())
            .isCloseTo(deviation, within(Math.max(2e-4, 1e-3 * deviation)));
        int atoms = frames.get(f).atomCount();
        for (int m = 0; m < models.size(); m++) {
          double energy = expected.get(f)[m].energy() / atoms;
          assertThat(actual.get(f)[m].energy() / atoms)
              .isCloseTo(energy, within(1e-5 * Math.max(1, Math.abs(energy))));
          double[] virial = expected.get(f)[m].virial();
          for (int k = 0; k < 9; k++) {
            assertThat(actual.get(f)[m].virial()[k])
                .isCloseTo(virial[k], within(1e-4 * Math.max(1, Math.abs(virial[k])) * atoms));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aFramesBitsDoNotDependOnTheBatch(Precision precision) {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      frames.add(RandomModels.agAuFrame(i, 1 + i % 19));
    }
    try (Ensemble ensemble = Ensemble.of(models, new EnsembleOptions(true, precision))) {
      List<Prediction[]> together = ensemble.evaluate(frames);
      List<Frame> reversed = new ArrayList<>(frames);
      Collections.reverse(reversed);
      List<Prediction[]> backwards = ensemble.evaluate(reversed);
      for (int i = 0; i < frames.size(); i++) {
        Prediction[] alone = ensemble.evaluate(List.of(frames.get(i))).get(0);
        for (int m = 0; m < 2; m++) {
          assertSameBits(together.get(i)[m], alone[m]);
          assertSameBits(backwards.get(frames.size() - 1 - i)[m], alone[m]);
        }
      }
    }
  }

  @Test
  void manyThreadsGetTheSameBits() {
    List<Frame> frames =
        IntStream.range(0, 8).mapToObj(i -> RandomModels.agAuFrame(i, 12)).toList();
    try (Ensemble ensemble = Ensemble.of(models)) {
      List<Prediction[]> expected = ensemble.evaluate(frames);
      List<List<Prediction[]>> results = new ArrayList<>();
      OrderedParallel.map(
          IntStream.range(0, 12).boxed().iterator(), i -> ensemble.evaluate(frames), results::add);
      assertThat(results).hasSize(12);
      for (List<Prediction[]> result : results) {
        for (int f = 0; f < frames.size(); f++) {
          assertSameBits(result.get(f)[1], expected.get(f)[1]);
        }
      }
    }
  }

  /** Models of one body are evaluated together, with and without what else is asked of them. */
  @Test
  void modelsThatDifferInTheirOutputLayersAloneHaveTheBitsOfEachByItself() {
    boolean[] both = {true, true};
    List<DeepPotential> all = new ArrayList<>(models);
    for (int k = 0; k < 3; k++) {
      DeepPotential model = models.get(k % 2);
      OutputParameters parameters = OutputParameters.of(model, both);
      Random random = new Random(k);
      double[] layer = parameters.read(model);
      Arrays.setAll(layer, j -> layer[j] + random.nextGaussian());
      all.add(parameters.write(model, layer));
    }
    Arithmetic arithmetic = arithmetics().get(0);
    assertThat(Siblings.of(all, model -> arithmetic.kernel(model, false))).hasSize(2);
    double[][] asked = new double[2][];
    for (int type = 0; type < 2; type++) {
      int width = OutputParameters.of(models.get(0), both).width(type);
      asked[type] = new Random(type + 9).doubles(width + 1, -1, 1).toArray();
    }
    double[][][][] layers = {{}, {asked}, {asked, asked}, {}, {asked}};
    List<Frame> frames = List.of(RandomModels.agAuFrame(2, 14), RandomModels.agAuFrame(5, 9));
    try (Ensemble together = Ensemble.of(all)) {
      List<Prediction[]> found = together.evaluate(frames);
      List<Reading[]> read = together.read(frames, layers);
      for (int m = 0; m < all.size(); m++) {
        try (Ensemble alone = Ensemble.of(List.of(all.get(m)))) {
          List<Prediction[]> expected = alone.evaluate(frames);
          List<Reading[]> readings = alone.read(frames, new double[][][][] {layers[m]});
          for (int f = 0; f < frames.size(); f++) {
            assertSameBits(found.get(f)[m], expected.get(f)[0]);
            assertSameBits(read.get(f)[m].prediction(), expected.get(f)[0]);
            Reading one = readings.get(f)[0];
            assertThat(read.get(f)[m].hidden()).isDeepEqualTo(one.hidden());
            assertThat(read.get(f)[m].others()).hasSameSizeAs(one.others());
            for (int k = 0; k < one.others().length; k++) {
              assertThat(read.get(f)[m].others()[k].energy()).isEqualTo(one.others()[k].energy());
              assertThat(read.get(f)[m].others()[k].force())
                  .containsExactly(one.others()[k].force());
              assertThat(read.get(f)[m].others()[k].virial())
                  .containsExactly(one.others()[k].virial());
            }
          }
        }
      }
    }
  }

  /** Of every option that models can have: twice the same model, and the model by itself. */
  static Stream<GoldenModel> readableModels() {
    return GoldenModel.readable();
  }

  @ParameterizedTest
  @MethodSource("readableModels")
  void aModelGivenTwiceHasItsOwnBitsTwice(GoldenModel golden) {
    DeepPotential model = golden.model();
    if (golden.name().equals("plain")) { // read twice, and found to be of one body
      Arithmetic arithmetic = arithmetics().get(0);
      assertThat(Siblings.of(List.of(model, golden.model()), one -> arithmetic.kernel(one, false)))
          .hasSize(1);
    }
    List<Frame> frames =
        golden.goldens().frames().stream().map(Goldens.Evaluated::frame).limit(4).toList();
    try (Ensemble twice = Ensemble.of(List.of(model, golden.model()));
        Ensemble once = Ensemble.of(List.of(model))) {
      List<Prediction[]> found = twice.evaluate(frames);
      List<Prediction[]> expected = once.evaluate(frames);
      for (int f = 0; f < frames.size(); f++) {
        assertSameBits(found.get(f)[0], expected.get(f)[0]);
        assertSameBits(found.get(f)[1], expected.get(f)[0]);
      }
    }
  }

  private static void assertSameBits(Prediction actual, Prediction expected) {
    assertThat(actual.energy()).isEqualTo(expected.energy());
    assertThat(actual.force()).isEqualTo(expected.force());
    assertThat(actual.virial()).isEqualTo(expected.virial());
    assertThat(actual.atomEnergy()).isEqualTo(expected.atomEnergy());
  }

  @Test
  void modelsWithOtherCutoffsHaveTheirOwnEnvironment() {
    RandomModels.Shape shorter =
        new RandomModels.Shape(
            2,
            3.5,
            new int[] {20, 20},
            new int[] {6, 12},
            2,
            new int[] {10},
            Activation.TANH,
            false,
            true,
            false);
    DeepPotential other = RandomModels.of(shorter, 5);
    Frame frame = RandomModels.agAuFrame(1, 10);
    try (Ensemble ensemble = Ensemble.of(List.of(models.get(0), other, models.get(1)))) {
      Prediction[] results = ensemble.evaluate(List.of(frame)).get(0);
      Predictions.assertClose(
          results[1], new ReferenceModel(other).evaluate(frame), 1, "shorter cutoff");
      Predictions.assertClose(
          results[2], new ReferenceModel(models.get(1)).evaluate(frame), 1, "longer cutoff");
    }
  }

  @Test
  void forcesAreTheSlopeOfTheEnergy() {
    Frame frame = RandomModels.agAuFrame(4, 9);
    double h = 1e-4;
    try (Ensemble ensemble = Ensemble.of(models)) {
      Prediction at = ensemble.evaluate(List.of(frame)).get(0)[0];
      for (int k = 0; k < 27; k += 4) {
        double[] up = frame.coord().clone();
        double[] down = frame.coord().clone();
        up[k] += h;
        down[k] -= h;
        double higher = ensemble.evaluate(List.of(moved(frame, up))).get(0)[0].energy();
        double lower = ensemble.evaluate(List.of(moved(frame, down))).get(0)[0].energy();
        assertThat(at.force()[k]).isCloseTo(-(higher - lower) / (2 * h), within(1e-6));
      }
    }
  }

  private static Frame moved(Frame frame, double[] coord) {
    return new Frame(frame.system(), frame.index(), frame.z(), coord, frame.cell(), Labels.NONE);
  }

  @Test
  void nonsenseIsNaNAndCostsTheOthersNothing() {
    Frame good = RandomModels.agAuFrame(1, 6);
    double[] endless = good.coord().clone();
    endless[5] = Double.POSITIVE_INFINITY;
    double[] twice = good.coord().clone();
    System.arraycopy(twice, 0, twice, 3, 3);
    Frame flat = new Frame("flat", 3, good.z(), good.coord(), new double[9], Labels.NONE);
    try (Ensemble ensemble = Ensemble.of(models)) {
      List<Prediction[]> results =
          ensemble.evaluate(List.of(moved(good, endless), good, flat, moved(good, twice), good));
      assertThat(results.get(0)[1].energy()).isNaN();
      assertThat(results.get(0)[1].force()).containsOnly(Double.NaN).hasSize(18);
      assertThat(results.get(2)[0].virial()).containsOnly(Double.NaN);
      assertThat(results.get(3)[0].energy()).isNaN();
      Prediction alone = ensemble.evaluate(List.of(good)).get(0)[0];
      assertSameBits(results.get(1)[0], alone);
      assertSameBits(results.get(4)[0], alone);
      assertThat(ensemble.problem(good)).isEmpty();
      assertThat(ensemble.problem(flat).orElseThrow()).startsWith("the cell's volume is 0");
      assertThat(ensemble.problem(moved(good, twice))).hasValue("atoms 0 and 1 are at one place");
    }
  }

  /** Any basis of the lattice is the same crystal; DeePMD-kit runs out of memory on these. */
  @ParameterizedTest
  @ValueSource(doubles = {3, 100, 1e4, 3e5})
  void aSkewedCellChangesNothing(double skew) {
    Frame good = RandomModels.agAuFrame(7, 6);
    double[] skewed = good.cell().clone();
    for (int k = 0; k < 3; k++) {
      double times = Math.rint(skew / 6);
      skewed[3 + k] += times * good.cell()[k];
      skewed[6 + k] += times * good.cell()[k] - times * good.cell()[3 + k];
    }
    Frame other = new Frame("skewed", 0, good.z(), good.coord(), skewed, Labels.NONE);
    try (Ensemble ensemble = Ensemble.of(models)) {
      List<Prediction[]> results = ensemble.evaluate(List.of(good, other));
      for (int m = 0; m < models.size(); m++) {
        Prediction expected = results.get(0)[m];
        Prediction found = results.get(1)[m];
        double tolerance = 1e-8 * Math.max(1, skew / 100);
        assertThat(found.energy()).isCloseTo(expected.energy(), within(tolerance));
        assertThat(found.force()).containsExactly(expected.force(), within(tolerance));
        assertThat(found.virial()).containsExactly(expected.virial(), within(tolerance));
      }
    }
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() {
    assertThatThrownBy(() -> Ensemble.of(List.of())).isInstanceOf(InputException.class);
    DeepPotential first = models.get(0);
    DeepPotential other =
        new DeepPotential("other.pb", List.of("Au", "Ag"), first.descriptor(), first.fitting());
    assertThatThrownBy(() -> Ensemble.of(List.of(first, other)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("[Ag, Au]")
        .hasMessageContaining("other.pb has [Au, Ag]");
    Frame copper = new Frame("s", 2, new int[] {47, 29}, new double[6], null, Labels.NONE);
    try (Ensemble ensemble = Ensemble.of(models)) {
      assertThatThrownBy(() -> ensemble.evaluate(List.of(copper)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("Frame s#2: element Cu of atom 1");
    }
  }
}
