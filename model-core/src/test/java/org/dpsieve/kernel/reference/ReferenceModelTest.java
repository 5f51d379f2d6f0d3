package org.dpsieve.kernel.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceModelTest {
  /** Every option of se_e2_a and ener that changes numbers: scripts/goldens/models.py. */
  @ParameterizedTest
  @MethodSource("org.dpsieve.testing.GoldenModel#readable")
  void agreesWithDeepmdKitForEveryOption(GoldenModel golden) {
    ReferenceModel model = new ReferenceModel(golden.model());
    assertThat(golden.goldens().frames()).hasSizeGreaterThanOrEqualTo(8);
    for (Goldens.Evaluated evaluated : golden.goldens().frames()) {
      Predictions.assertClose(
          model.evaluate(evaluated.frame()),
          evaluated.expected().get(0),
          golden.tolerance(),
          evaluated.frame().name());
    }
  }

  @ParameterizedTest
  @CsvSource({"small, 0", "small, 1", "small, 2", "small, 3", "seed-size, 0"})
  void agreesWithDeepmdKitOnAwkwardFrames(String architecture, int index) {
    Goldens goldens = Goldens.read(Shared.path("expected/" + architecture + ".json"));
    Path file = Shared.path("models/%s/%d/graph.pb".formatted(architecture, index));
    DeepPotential model = ModelFiles.read(file);
    assertThat(goldens.frames()).hasSize(17);
    for (Goldens.Evaluated evaluated : goldens.frames()) {
      Predictions.assertClose(
          new ReferenceModel(model).evaluate(evaluated.frame()),
          evaluated.expected().get(index),
          1,
          evaluated.frame().name());
    }
  }
}
