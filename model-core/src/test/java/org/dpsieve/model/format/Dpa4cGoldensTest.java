package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    for (Goldens.Evaluated evaluated : golden(name).goldens().frames()) {
      Frame frame = evaluated.frame();
      Prediction plain = new ReferenceModel(model).evaluate(frame);
      Prediction expected = evaluated.expected().get(0);
      double scale = Math.max(1, largest(expected.atomEnergy()));
      assertThat(plain.atomEnergy())
          .as(name + " " + frame.name())
          .containsExactly(expected.atomEnergy(), within(scale * (single ? 2e-6 : 1e-12)));
      Predictions.assertClose(plain, expected, single ? 1e4 : 1, name + " " + frame.name());
      try (Ensemble ensemble = Ensemble.of(List.of(model))) {
        Predictions.assertClose(
            ensemble.evaluate(List.of(frame)).get(0)[0], plain, 1, name + " " + frame.name());
      }
    }
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
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
