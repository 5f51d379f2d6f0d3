package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.dpsieve.train.FrozenLayers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop with real {@code dp train}, {@code freeze} and {@code compress}, of one model. */
@Tag("peer")
class DpTrainingRunTest {
  @TempDir private Path folder;

  private final Terminal terminal = new Terminal();

  private Path simplify() throws IOException {
    Path file = folder.resolve("simplify.json");
    SmallRun.simplify(file, 6, "\"max_iter\": 3, \"dp_compress\": true", "Ag8");
    String text =
        Files.readString(file)
            .replace("\"f_trust_lo\":0.05", "\"f_trust_lo\":0.0") // one model never disagrees
            .replace("models/[01]", "models/0")
            .replaceFirst("\"numb_models\":\\s*2", "\"numb_models\": 1")
            .replaceFirst("\"stop_batch\":\\s*400000", "\"stop_batch\": 20")
            .replaceFirst(
                "\\{",
                "{\"training_reuse_iter\": 2, \"training_reuse_numb_steps\": 10,"
                    + " \"training_reuse_start_lr\": 1e-4, \"training_reuse_start_pref_e\": 7,");
    return Files.writeString(file, text);
  }

  /** Only a frozen model is there at first, then the checkpoint of the iteration before. */
  @Test
  void trainsFromWhatThereIsAndLeavesFrozenLayersAlone() throws IOException {
    Path dp = DeepmdKit.dp();
    Path machine = folder.resolve("machine.json");
    Files.writeString(
        machine,
        """
        {"train": {"engine": "dp", "backend": "local", "command": "OMP_NUM_THREADS=1 %s"},
         "model_devi": {}, "fp": {}}
        """
            .formatted(dp));
    Path run = folder.resolve("run");
    terminal.succeed("simplify", simplify(), machine, "--workdir", run);
    assertThat(terminal.said())
        .as("D3 moves them by half an eV")
        .containsOnlyOnce("training begins with the labels' energies of atoms: model 0, 0.")
        .containsPattern("off: Ag -0\\.[4-7]");

    Path given = Shared.repository().resolve("conf/ag-au/models/0/graph.pb");
    Path before = given;
    for (int iteration = 1; iteration <= 2; iteration++) {
      Path train = run.resolve("iter.%06d/00.train".formatted(iteration));
      DeepPotential model = ModelFiles.read(train.resolve("graph.000.pb"));
      String input = Files.readString(train.resolve("000/input.json"));
      assertThat(FrozenLayers.problems(input, ModelFiles.read(before), model)).isEmpty();
      assertThat(train.resolve("graph.000.pb"))
          .as("what the deviation reads")
          .hasSameBinaryContentAs(train.resolve("000/frozen_model.pb"));
      assertThat(train.resolve("compressed.000.pb"))
          .hasSameBinaryContentAs(train.resolve("000/frozen_model_compressed.pb"));
      assertThat(Files.mismatch(train.resolve("graph.000.pb"), train.resolve("compressed.000.pb")))
          .isNotNegative();
      assertThat(train.resolve("000/model.ckpt.index")).isRegularFile();
      before = train.resolve("graph.000.pb");
    }
    String log = Files.readString(run.resolve("iter.000002/00.train/000/train.log"));
    assertThat(log).containsPattern("initialize from model .*old/model.ckpt");
    JsonNode input =
        new ObjectMapper().readTree(run.resolve("iter.000002/00.train/000/input.json").toFile());
    assertThat(input.at("/training/numb_steps").asInt()).isEqualTo(10);
    assertThat(input.at("/learning_rate/start_lr").asDouble()).isEqualTo(1e-4);
    assertThat(input.at("/loss/start_pref_e").asInt()).isEqualTo(7);
    assertThat(input.at("/training/training_data/auto_prob").asText())
        .startsWith("prob_sys_size; 0:1:0.0909"); // 6 frames against 10 times 6
    terminal.clear();
    terminal.succeed("status", run);
    assertThat(terminal.out()).contains("finished");
  }
}
