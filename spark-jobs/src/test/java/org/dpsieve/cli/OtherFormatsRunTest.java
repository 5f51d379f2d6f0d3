package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.dpsieve.train.FrozenLayers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loop with output layers solved for in other formats and architectures than se_e2_a's .pb. */
@Tag("slow")
class OtherFormatsRunTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"se_e2_a, yaml", "se_e2_a, pt", "se_atten, dp", "case-embedding, pth"})
  void anOutputLayerIsWrittenBackIntoTheModelsOwnFormat(String architecture, String suffix)
      throws IOException {
    GoldenArchitecture golden = new GoldenArchitecture(architecture);
    Path model = folder.resolve("model." + suffix);
    Files.write(model, golden.file(suffix));
    String input =
        "{\"model\": %s, \"training\": {}}"
            .formatted(golden.content().path("model"))
            .replace("\"axis_neuron\"", "\"trainable\": false, \"axis_neuron\"")
            .replace("\"resnet_dt\"", "\"trainable\": [false, false, true], \"resnet_dt\"");
    Path simplify =
        Files.writeString(
            folder.resolve("simplify.json"),
            """
            {"type_map": ["Ag", "Au", "Cu"], "pick_data": "%s", "init_pick_number": 4,
             "iter_pick_number": 4, "model_devi_f_trust_lo": 0.0, "model_devi_f_trust_hi": 100,
             "max_iter": 1, "numb_models": 1, "training_iter0_model_path": ["%s"],
             "training_init_model": true,
             "fp_style": "d3", "fp_params": {"functional": "pbe", "damping": "zero"},
             "default_training_param": %s}
            """
                .formatted(Shared.repository().resolve("conf/ag-au/pbe/Ag4Au4"), model, input));
    Path machine =
        Files.writeString(
            folder.resolve("machine.json"),
            "{\"train\": {\"engine\": \"output-layer\"}, \"model_devi\": {}, \"fp\": {}}");
    LocalSpark.session();
    Path run = folder.resolve("run");
    new Terminal().succeed("simplify", simplify, machine, "--workdir", run);
    DeepPotential before = ModelFiles.read(model);
    DeepPotential after = ModelFiles.read(run.resolve("result/graph.000." + suffix));
    assertThat(FrozenLayers.problems(input, before, after)).isEmpty();
    assertThat(after.fitting().networks()[0].outputLayer().weight())
        .isNotEqualTo(before.fitting().networks()[0].outputLayer().weight());
  }
}
