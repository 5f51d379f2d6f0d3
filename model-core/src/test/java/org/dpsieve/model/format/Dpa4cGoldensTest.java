package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** DPA4C by DeePMD-kit's NumPy implementation and its PyTorch: scripts/goldens/dpa4c.py. */
class Dpa4cGoldensTest {
  private static GoldenArchitecture golden(String name) {
    return new GoldenArchitecture("../dpa4c/" + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "lmax-3-modes",
        "lmax-4-gaussian",
        "channels-32",
        "channels-64",
        "channels-128",
        "exclude",
        "exclude-pairs-and-atoms",
        "float32",
        "fparam-case",
        "atom-ener",
        "hybrid",
        "zbl",
        "linear",
        "linear-table"
      })
  void plainEnergiesForcesAndVirialsAreDeepmdKits(String name) {
    DeepPotential model = ModelFiles.read(name, golden(name).file("dp"));
    boolean single = name.equals("float32");
    try (Ensemble ensemble = Ensemble.of(List.of(model))) {
      for (Goldens.Evaluated evaluated : golden(name).goldens().frames()) {
        Frame frame = evaluated.frame();
        String what = name + " " + frame.name();
        Prediction plain = new ReferenceModel(model).evaluate(frame);
        Prediction expected = evaluated.expected().get(0);
        double scale = Math.max(1, largest(expected.atomEnergy()));
        assertThat(plain.atomEnergy())
            .as(what)
            .containsExactly(expected.atomEnergy(), within(scale * (single ? 2e-6 : 1e-12)));
        Predictions.assertClose(plain, expected, single ? 1e4 : 1, what);
        Predictions.assertClose(ensemble.evaluate(List.of(frame)).get(0)[0], plain, 1, what);
      }
    }
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  /**
   * Checkpoints of pt_expt hold the same as .dp, and so do text and a program that was frozen of
   * one of several tasks.
   */
  @ParameterizedTest
  @CsvSource({
    "plain, yaml",
    "plain, json",
    "exclude, pte",
    "plain, pt",
    "lmax-3-modes, pt",
    "fparam-case, pt",
    "linear, pt"
  })
  void otherFormatsHoldTheSameModel(String name, String suffix) throws IOException {
    String file = name + "." + suffix;
    DeepPotential model = ModelFiles.read(file, file(name, suffix));
    try (Ensemble ensemble = Ensemble.of(List.of(model))) {
      for (Goldens.Evaluated evaluated : golden(name).goldens().frames()) {
        Predictions.assertClose(
            ensemble.evaluate(List.of(evaluated.frame())).get(0)[0],
            evaluated.expected().get(0),
            1,
            file + " " + evaluated.frame().name());
      }
    }
  }

  /** JSON and YAML hold the same. */
  private static byte[] file(String name, String suffix) throws IOException {
    return suffix.equals("json")
        ? new ObjectMapper()
            .writeValueAsBytes(new Yaml().load(new ByteArrayInputStream(golden(name).file("yaml"))))
        : golden(name).file(suffix);
  }

  @ParameterizedTest
  @CsvSource({
    "plain, dp",
    "plain, yaml",
    "plain, json",
    "plain, pt",
    "fparam-case, dp",
    "float32, dp"
  })
  void anotherOutputLayerComesBack(String name, String suffix) throws IOException {
    String file = name + "." + suffix;
    byte[] source = file(name, suffix);
    DeepPotential model = ModelFiles.read(file, source);
    DeepPotential changed = changed(model);
    DeepPotential back = ModelFiles.read(file, ModelFiles.withOutputLayer(file, source, changed));
    Frame frame = golden(name).goldens().frames().get(0).frame();
    Predictions.assertClose(
        new ReferenceModel(back).evaluate(frame),
        new ReferenceModel(changed).evaluate(frame),
        name.equals("float32") ? 1e4 : 1e-3,
        file);
  }

  @Test
  void oneOfSeveralTasksIsReadAndWrittenInto() {
    byte[] source = golden("tasks").file("pt");
    DeepPotential model = ModelFiles.read("tasks.pt", source, List.of(), "two");
    Goldens.Evaluated first = golden("exclude").goldens().frames().get(0);
    Predictions.assertClose(
        new ReferenceModel(model).evaluate(first.frame()), first.expected().get(0), 1, "two");
    DeepPotential changed = changed(model);
    byte[] written = ModelFiles.withOutputLayer("tasks.pt", source, "two", changed);
    Predictions.assertClose(
        new ReferenceModel(ModelFiles.read("tasks.pt", written, List.of(), "two"))
            .evaluate(first.frame()),
        new ReferenceModel(changed).evaluate(first.frame()),
        1,
        "two");
    assertThat(ModelFiles.read("tasks.pt", written, List.of(), "one").fitting().networks()[0])
        .usingRecursiveComparison()
        .isEqualTo(ModelFiles.read("tasks.pt", source, List.of(), "one").fitting().networks()[0]);
    assertThatThrownBy(() -> ModelFiles.read("tasks.pt", source))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("one, two");
  }

  @Test
  void anExportedProgramCannotBeChanged() {
    byte[] source = golden("exclude").file("pte");
    DeepPotential changed = changed(ModelFiles.read("model.pte", source));
    assertThatThrownBy(() -> ModelFiles.withOutputLayer("model.pte", source, changed))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("model.pte");
  }

  /** One net serves all types, and stays one. */
  private static DeepPotential changed(DeepPotential model) {
    Network[] networks = model.fitting().networks().clone();
    for (int t = 0; t < networks.length; t++) {
      Layer last = networks[t].outputLayer();
      List<Layer> layers = new ArrayList<>(networks[t].layers());
      double[] weight = Arrays.stream(last.weight()).map(w -> 0.5 * w + 0.25).toArray();
      double[] bias = {0.75 + t};
      layers.set(layers.size() - 1, Layer.linear(last.inputs(), 1, weight, bias));
      networks[t] = new Network(layers);
    }
    return model.withFitting(model.fitting().withNetworks(networks));
  }

  @Test
  void whatIsNotKnownIsRefusedByName() {
    String text = new String(golden("plain").file("yaml"), StandardCharsets.UTF_8);
    for (String[] change :
        new String[][] {
          {"\n    radial_modes: 0\n", "\n    radial_modes: 0\n    novelty: 1\n", "novelty"},
          {"output_scale: 0.1", "output_scale: 0.1\n        gate: 1", "gate"},
          {"apply_envelope: false", "apply_envelope: true", "apply_envelope"},
          {"basis_type: bessel", "basis_type: chebyshev", "chebyshev"}
        }) {
      String changed = text.replace(change[0], change[1]);
      assertThat(changed).as(change[0]).isNotEqualTo(text);
      assertThatThrownBy(
              () -> ModelFiles.read("model.yaml", changed.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageStartingWith("model.yaml: ")
          .hasMessageContaining(change[2]);
    }
  }

  @ParameterizedTest
  @CsvSource({"spin, spin", "charge, add_chg_spin_ebd"})
  void spinAndChargeStatesAreRefusedByName(String name, String said) {
    assertThatThrownBy(
            () -> ModelFiles.read("model.dp", golden("refused-" + name).file("dp"), List.of()))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith("model.dp: ")
        .hasMessageContaining(said);
  }
}
