package org.dpsieve.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnsembleTest {
  @ParameterizedTest
  @CsvSource({"small, true", "small, false", "seed-size, true"})
  void agreesWithDeepmdKitOnAwkwardFrames(String architecture, boolean tabulated) {
    Goldens goldens = Goldens.read(Shared.path("expected/" + architecture + ".json"));
    List<DeepPotential> models = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      models.add(ModelFiles.read(Shared.path("models/%s/%d/graph.pb".formatted(architecture, i))));
    }
    List<Frame> frames = goldens.frames().stream().map(Goldens.Evaluated::frame).toList();
    try (Ensemble ensemble = Ensemble.of(models, new EnsembleOptions(tabulated))) {
      List<Prediction[]> results = ensemble.evaluate(frames);
      assertThat(results).hasSize(17);
      for (int f = 0; f < frames.size(); f++) {
        for (int m = 0; m < 4; m++) {
          Predictions.assertClose(
              results.get(f)[m],
              goldens.frames().get(f).expected().get(m),
              1,
              frames.get(f).name() + " model " + m);
        }
      }
    }
  }
}
