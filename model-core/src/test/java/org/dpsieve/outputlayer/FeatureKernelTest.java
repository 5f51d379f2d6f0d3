package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.RandomModels;
import org.dpsieve.testing.RandomModels.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureKernelTest {
  static List<Arguments> models() {
    int[] neuron = {3, 6, 12};
    DeepPotential plain =
        RandomModels.of(shape(new int[] {30, 30}, neuron, Activation.TANH, true, false), 1);
    return List.of(
        Arguments.of("plain", plain),
        Arguments.of(
            "other activation, one side, excluded pair, no steps",
            RandomModels.of(shape(new int[] {25, 25}, neuron, Activation.GELU, false, true), 2)),
        Arguments.of(
            "sel that drops neighbors",
            RandomModels.of(shape(new int[] {3, 4}, neuron, Activation.TANH, true, false), 3)),
        Arguments.of("shortcut in the first layer", withFirstShortcut(plain)),
        Arguments.of("vacuum subtracted", withVacuumSubtracted(plain)),
        Arguments.of(
            "compressed",
            ModelFiles.read("compressed", new GoldenModel("compressed", false).graph())),
        Arguments.of("se_atten", architecture("se_atten")),
        Arguments.of("se_atten-one-side", architecture("se_atten-one-side")),
        Arguments.of("dpa4c", architecture("../dpa4c/plain")),
        Arguments.of("dpa4c-lmax-3-modes", architecture("../dpa4c/lmax-3-modes")),
        Arguments.of("dpa4c-lmax-4-gaussian", architecture("../dpa4c/lmax-4-gaussian")),
        Arguments.of("dpa4c-exclude", architecture("../dpa4c/exclude")));
  }

  private static DeepPotential architecture(String name) {
    return ModelFiles.read(name, new GoldenArchitecture(name).file("dp"));
  }

  private static boolean[] present(DeepPotential model) {
    boolean[] present = new boolean[model.typeCount()];
    present[0] = true; // Ag and Au
    present[1] = true;
    return present;
  }

  private static Shape shape(
      int[] sel, int[] neuron, Activation activation, boolean idt, boolean oneSide) {
    return new Shape(
        2, 5, sel, neuron, 4, new int[] {10, 10, 7}, activation, idt, oneSide, oneSide);
  }

  private static DeepPotential withFirstShortcut(DeepPotential model) {
    Network[] networks = model.fitting().networks().clone();
    Random random = new Random(4);
    for (int type = 0; type < networks.length; type++) {
      List<Layer> layers = new ArrayList<>(networks[type].layers());
      int inputs = layers.get(0).inputs();
      double[] first = random.doubles(2L * inputs * inputs, -0.2, 0.2).toArray();
      double[] bias = random.doubles(2L * inputs, -0.5, 0.5).toArray();
      Layer doubled =
          new Layer(inputs, 2 * inputs, first, bias, null, Activation.TANH, Layer.Shortcut.DOUBLED);
      double[] second = random.doubles(20L * inputs, -0.2, 0.2).toArray();
      Layer next =
          new Layer(
              2 * inputs, 10, second, new double[10], null, Activation.TANH, Layer.Shortcut.NONE);
      layers.set(0, doubled);
      layers.add(1, next);
      networks[type] = new Network(layers);
    }
    return with(model, networks, model.fitting().vacuumSubtracted());
  }

  private static DeepPotential withVacuumSubtracted(DeepPotential model) {
    return with(model, model.fitting().networks(), new boolean[] {true, false});
  }

  private static DeepPotential with(DeepPotential model, Network[] networks, boolean[] vacuum) {
    EnergyFitting fitting = model.fitting();
    return new DeepPotential(
        model.name(),
        model.typeMap(),
        model.descriptor(),
        new EnergyFitting(networks, vacuum, fitting.zeroLevel(), fitting.precision()));
  }

  private static final double[] SMALL = {2.9, 0, 0, 0.3, 3.1, 0, 0, -0.2, 2.8};

  /** An atom in the origin, and others along x. */
  private static double[] coordinates(double... x) {
    double[] coord = new double[3 + 3 * x.length];
    for (int atom = 0; atom < x.length; atom++) {
      coord[3 * atom + 3] = x[atom];
    }
    return coord;
  }

  private static List<Frame> frames() {
    Frame crystal = RandomModels.agAuFrame(5, 11);
    return List.of(
        crystal,
        new Frame("cluster", 0, crystal.z(), crystal.coord(), null, Labels.NONE),
        new Frame("atom", 0, new int[] {79}, new double[3], null, Labels.NONE),
        new Frame("dimer", 0, new int[] {47, 79}, coordinates(2.4), null, Labels.NONE),
        new Frame("far apart", 0, new int[] {79, 79}, coordinates(40), null, Labels.NONE),
        new Frame(
            "row", 0, new int[] {79, 79, 79, 79}, coordinates(2.5, 5, 7.5), null, Labels.NONE),
        new Frame("one in a small cell", 0, new int[] {47}, new double[3], SMALL, Labels.NONE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void fastFeaturesAreThePlainOnes(String name, DeepPotential model) {
    OutputParameters parameters = OutputParameters.of(model, present(model));
    FeatureKernel plain = new ReferenceFeatures(model, parameters);
    for (Frame frame : frames()) {
      FrameFeatures expected = plain.of(frame);
      for (DenseKernel kernel : List.of(BestKernel.DENSE, DenseKernel.loops(new Nd4jGemm()))) {
        FrameFeatures actual = new GemmFeatures(model, parameters, kernel).of(frame);
        String what = name + ", " + frame.name() + ", " + kernel.gemm().name();
        assertSame(actual, expected, what, 1);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void featuresTimesAnyParametersAreTheModelWithThem(String name, DeepPotential model) {
    OutputParameters parameters = OutputParameters.of(model, present(model));
    double[] p = new Random(6).doubles(parameters.size(), -1, 1).toArray();
    Frame frame = frames().get(0);
    Prediction expected = new ReferenceModel(parameters.write(model, p)).evaluate(frame);
    try (FeatureKernel fast = new GemmFeatures(model, parameters)) {
      FrameFeatures features = fast.of(frame);
      double energy = features.constant().energy() + Vectors.dot(features.energy(), p);
      assertThat(energy).as(name).isCloseTo(expected.energy(), within(1e-9));
      assertThat(product(features.force(), p))
          .as(name)
          .containsExactly(expected.force(), within(1e-9));
      assertThat(product(features.virial(), p))
          .as(name)
          .containsExactly(expected.virial(), within(1e-8));
    }
  }

  /**
   * @param scale of the tolerances
   */
  private static void assertSame(
      FrameFeatures actual, FrameFeatures expected, String what, double scale) {
    FrameFeatures.Constant left = actual.constant();
    assertThat(left.energy())
        .as(what)
        .isCloseTo(expected.constant().energy(), within(1e-11 * scale));
    if (left.force() != null) {
      assertThat(left.force())
          .as(what)
          .containsExactly(expected.constant().force(), within(1e-10 * scale));
      assertThat(left.virial())
          .as(what)
          .containsExactly(expected.constant().virial(), within(1e-9 * scale));
    }
    assertThat(actual.energy()).as(what).containsExactly(expected.energy(), within(1e-10 * scale));
    assertThat(actual.force()).as(what).containsExactly(expected.force(), within(1e-10 * scale));
    assertThat(actual.virial()).as(what).containsExactly(expected.virial(), within(1e-9 * scale));
  }

  /** Models without a fast kernel: some of each kind in the table of docs/models.md. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "se_e2_a-exclude",
        "se_e2_a-exclude-one-side",
        "se_e2_a-env-protection",
        "se_e2_r-exclude",
        "se_e3",
        "se_e3_tebd-concat",
        "se_atten-strip",
        "se_atten-attention-exclude",
        "se_atten_v2",
        "hybrid",
        "hybrid-mixed",
        "fparam-aparam",
        "default-fparam",
        "exclude-pairs-and-atoms",
        "zbl",
        "zbl-exclude",
        "linear_ener",
        "../dpmodel/linear_ener",
        "../dpmodel/atom_ener-fparam",
        "../dpmodel/atom_ener-se_atten-case",
        "../dpmodel/first-residual-fparam-case"
      })
  void anyOtherModelsFeaturesAreThePlainOnes(String name) {
    GoldenArchitecture golden = new GoldenArchitecture(name);
    featuresAreThePlainOnes(
        name, golden.file(golden.has("dp") ? "dp" : "pt"), List.of(), golden.goldens());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "se-a-ebd-v2-one-side",
        "se-e2-r-one-side",
        "se-atten-mean",
        "se-atten-attention",
        "srtab-se-atten",
        "linear-ener",
        "old-1.3-atom-ener",
        "numb-fparam-and-aparam"
      })
  void thoseOfGraphsToo(String name) {
    GoldenModel golden = new GoldenModel(name, false);
    featuresAreThePlainOnes(name, golden.graph(), golden.names(), golden.goldens());
  }

  private static void featuresAreThePlainOnes(
      String name, byte[] file, List<String> names, Goldens goldens) {
    DeepPotential model = ModelFiles.read(name, file, names);
    assertThat(GemmFeatures.knows(model)).isFalse();
    boolean[] present = new boolean[model.typeCount()];
    Arrays.fill(present, true);
    OutputParameters parameters = OutputParameters.of(model, present);
    Frame frame =
        goldens.frames().stream()
            .map(Goldens.Evaluated::frame)
            .filter(one -> one.cell() != null && one.atomCount() > 2)
            .min(Comparator.comparingInt(Frame::atomCount))
            .orElseThrow();
    FrameFeatures expected = new ReferenceFeatures(model, parameters).of(frame);
    try (FeatureKernel kernel = FeatureKernel.of(model, parameters)) {
      assertSame(kernel.of(frame), expected, name, 10);
    }
    double[] p = new Random(8).doubles(parameters.size(), -1, 1).toArray();
    byte[] written = ModelFiles.withOutputLayer(name, file, parameters.write(model, p));
    DeepPotential back = ModelFiles.read(name, written, names);
    assertThat(withLevels(back, model, parameters, p)).containsExactly(p, within(1e-15));
  }

  /** Files with one net for all types keep what biases differ by as energies by type. */
  private static double[] withLevels(
      DeepPotential back, DeepPotential before, OutputParameters parameters, double[] wanted) {
    double[] read = parameters.read(back);
    EnergyFitting fitting = back.fitting();
    for (int type = 0; type < back.typeCount(); type++) {
      if (parameters.includes(type)) {
        int bias = parameters.bias(type);
        read[bias] =
            fitting.vacuumSubtracted()[type]
                ? wanted[bias] // of no effect
                : read[bias] + fitting.zeroLevel()[type] - before.fitting().zeroLevel()[type];
      }
    }
    return read;
  }

  private static double[] product(double[] x, double[] p) {
    double[] result = new double[x.length / p.length];
    for (int row = 0; row < result.length; row++) {
      for (int k = 0; k < p.length; k++) {
        result[row] += x[row * p.length + k] * p[k];
      }
    }
    return result;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void theSameBitsWhateverWasEvaluatedBefore(String name, DeepPotential model) {
    OutputParameters parameters = OutputParameters.of(model, present(model));
    Frame frame = frames().get(0);
    try (FeatureKernel fresh = new GemmFeatures(model, parameters);
        FeatureKernel used = new GemmFeatures(model, parameters)) {
      used.of(RandomModels.agAuFrame(7, 23));
      assertThat(used.of(frame).force()).as(name).containsExactly(fresh.of(frame).force());
    }
  }
}
