package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Energies of DeePMD-kit's NumPy implementation: scripts/goldens/dpmodel.py. */
class DpmodelGoldensTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "atom_ener",
        "atom_ener-fparam",
        "atom_ener-se_atten-case",
        "se_e3_tebd-strip-sharp-exclude",
        "se_atten-strip-sharp",
        "se_atten-attention-strip-sharp",
        "hybrid-attention",
        "zbl-hybrid",
        "first-residual",
        "first-residual-fparam-case",
        "first-residual-doubled-se_atten",
        "hybrid-nested",
        "hybrid-nested-mixed",
        "linear_ener"
      })
  void energiesEqualDeepmdKits(String name) {
    GoldenArchitecture golden = new GoldenArchitecture("../dpmodel/" + name);
    DeepPotential model = ModelFiles.read(name, golden.file("dp"));
    try (Ensemble ensemble = Ensemble.of(List.of(model))) {
      for (Goldens.Evaluated evaluated : golden.goldens().frames()) {
        Frame frame = evaluated.frame();
        Prediction plain = new ReferenceModel(model).evaluate(frame);
        assertThat(plain.atomEnergy())
            .as(frame.name())
            .containsExactly(evaluated.expected().get(0).atomEnergy(), within(1e-10));
        Predictions.assertClose(
            ensemble.evaluate(List.of(frame)).get(0)[0], plain, 1, name + " " + frame.name());
      }
    }
  }
}
