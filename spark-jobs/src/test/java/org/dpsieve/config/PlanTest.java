package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTest {
  @TempDir Path folder;

  @Test
  void tellsOfTheBuiltInExampleWhatWillBeDone() {
    Path conf = Shared.repository().resolve("conf/ag-au");
    RunConfig run =
        ConfigReader.read(conf.resolve("simplify.json"), conf.resolve("machine.json"), folder);
    assertThat(String.join("\n", Plan.of(run)))
        .contains(
            "25 systems, 2,600 frames in " + conf.resolve("pbe"),
            "output-layer: the fitting net's output layer solved on all labels, weights: energy 100, force 1, virial 1",
            "DFT-D3 of pbe with zero damping, added to the stored label (embedded)",
            "max_devi_f    accurate < 0.2 <= candidate < 100 <= failed (eV/Å)",
            "devi_e        not used",
            "100 in iteration 0, then at most 100 candidates in each, by pick_strategy random; seed 0",
            "length_ratio above 5, height_ratio above 5",
            "f_trust_lo: old name, taken as model_devi_f_trust_lo");
  }
}
