package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.DpTrainConfig.FineTuning;
import org.dpsieve.config.DpTrainConfig.Init;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of one task and of several, made by DeePMD-kit (scripts/goldens/checkpoints.py). */
class FineTuneKeysTest {
  private static final String TRAINABLE = "default_training_param/model/fitting_net/trainable";

  @TempDir private Path folder;
  private Fixture run;

  @BeforeEach
  void aRunFromACheckpoint() throws IOException {
    run = Fixture.in(folder);
    for (String name : List.of("single.pt", "multi.pt")) {
      try (InputStream in = FineTuneKeysTest.class.getResourceAsStream("/checkpoints/" + name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
    run.set("training_iter0_model_path", null)
        .set("training_init_model", null)
        .set("training_finetune_model", "[\"multi.pt\"]")
        .set(TRAINABLE, "true")
        .setMachine("train", "{\"engine\": \"dp\", \"backend\": \"local\"}");
  }

  private FineTuning tuning() {
    return run.read().simplify().train().dp().orElseThrow().fineTuning();
  }

  /** Its output layer is solved for, and DeePMD-kit evaluates it. */
  @Test
  void theOutputLayerOfABranchIsSolvedFor() throws IOException {
    run.set("training_finetune_model", null)
        .set("training_iter0_model_path", "[\"multi.pt\"]")
        .set("training_init_model", "true")
        .set(TRAINABLE, "[false, false, false, true]")
        .set("numb_models", "1")
        .setMachine("train", "{\"engine\": \"output-layer\"}");
    assertThat(run.complaint()).contains("Alloy_PBE (alloy), Gold_D3", "model_branch");
    run.set("model_branch", "\"Silver\"");
    assertThat(run.complaint()).contains("no branch 'Silver'");
    run.set("model_branch", "\"alloy\"");
    RunConfig config = run.read();
    assertThat(config.simplify().train().branch()).isEqualTo("alloy");
    assertThat(config.simplify().train().members()).isPositive();
    assertThat(config.machine().modelDevi().engine()).isEqualTo(Engine.DP);
    assertThat(run.identity()).containsEntry("model_branch", "alloy");
    run.setMachine("model_devi", "{\"engine\": \"jvm\"}");
    assertThat(run.complaint()).contains("evaluated by DeePMD-kit alone");
  }

  @Test
  void aBranchHasToBeNamed() throws IOException {
    assertThat(run.complaint())
        .contains(
            "model_branch: is missing",
            "multi.pt was trained on several tasks",
            "Alloy_PBE (alloy), Gold_D3; or RANDOM");
    run.set("model_branch", "\"Gold\"");
    assertThat(run.complaint())
        .contains("model_branch: no branch 'Gold'", "Alloy_PBE (alloy), Gold_D3");
    run.set("model_branch", null).set("training_model_branch", "\"alloy\"");
    assertThat(tuning().branch()).as("of an alias").isEqualTo("Alloy_PBE");
    assertThat(run.identity()).containsEntry("model_branch", "Alloy_PBE");
    run.set("model_branch", "\"Gold_D3\"");
    assertThat(run.complaint())
        .contains("training_model_branch: 'alloy', but model_branch is 'Gold_D3'");
    run.set("training_model_branch", null).set("model_branch", "\"RANDOM\"");
    assertThat(tuning().branch()).isEqualTo("RANDOM");
    run.set("model_branch", null).set("default_training_param/model/finetune_head", "\"Gold_D3\"");
    assertThat(tuning().branch()).as("as DeePMD-kit's own key says").isEqualTo("Gold_D3");
  }

  @Test
  void oneCheckpointServesAllModels() throws IOException {
    run.set("model_branch", "\"Gold_D3\"")
        .set("training_use_pretrain_script", "true")
        .set("change_bias_after_training", "true");
    DpTrainConfig dp = run.read().simplify().train().dp().orElseThrow();
    assertThat(dp.backend()).isEqualTo(Backend.PYTORCH);
    assertThat(dp.start())
        .hasSize(2)
        .allMatch(start -> start.init() == Init.FINETUNE && start.path().endsWith("multi.pt"));
    assertThat(dp.fineTuning().pretrainScript()).isTrue();
    assertThat(dp.fineTuning().biasAfter()).contains(true);
    assertThat(String.join("\n", Plan.of(run.read()))).contains("(branch Gold_D3)");
  }

  @Test
  void aCheckpointOfOneTaskHasNoBranches() throws IOException {
    run.set("training_finetune_model", "[\"single.pt\"]");
    assertThat(tuning().branch()).isEmpty();
    run.set("model_branch", "\"Alloy_PBE\"");
    assertThat(run.complaint())
        .contains("no branch 'Alloy_PBE' in", "one task and has none: remove this key");
    run.set("training_finetune_model", null);
    assertThat(run.complaint())
        .contains("model_branch: names a branch of the checkpoint in training_finetune_model");
  }

  @Test
  void whatTheCheckpointLacksIsSaidBeforeAnyWork() throws IOException {
    run.set("type_map", "[\"Ag\", \"Cu\"]").set("model_branch", "\"Gold_D3\"");
    assertThat(run.complaint())
        .contains("branch 'Gold_D3' does not know Cu of type_map", "its type map: Ag Au");
    run.set("type_map", "[\"Ag\", \"Au\"]");
    withoutWeights(folder.resolve("multi.pt"));
    assertThat(run.complaint()).contains("Gold_D3': a checkpoint without weights");
    Files.copy(folder.resolve("single.pt"), folder.resolve("other.zip"));
    try (FileSystem zip = FileSystems.newFileSystem(folder.resolve("other.zip"))) {
      Path root = Files.list(zip.getPath("/")).findFirst().orElseThrow();
      Files.delete(root.resolve("data.pkl"));
    }
    Files.move(folder.resolve("other.zip"), folder.resolve("other.pt"));
    run.set("training_finetune_model", "[\"other.pt\"]").set("model_branch", null);
    assertThat(run.complaint())
        .contains("other.pt: no checkpoint of DeePMD-kit's PyTorch backend", "dp --pt train");
  }

  /** Renames its tensors in place: they are no branch's any more. */
  private static void withoutWeights(Path checkpoint) throws IOException {
    byte[] bytes = Files.readAllBytes(checkpoint);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Files.write(
        checkpoint,
        text.replace("model.Gold_D3.", "other.Gold_D3.").getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void theBiasAloneIsChangedOfACheckpoint() throws IOException {
    run.setMachine("train", "{\"engine\": \"change-bias\", \"backend\": \"local\"}")
        .set("model_branch", "\"alloy\"");
    assertThat(tuning().biasAlone()).isTrue();
    assertThat(run.identity()).containsEntry("model_branch", "Alloy_PBE");
    assertThat(run.read().warnings()).anyMatch(w -> w.contains("2 equal models"));
    run.set("model_branch", "\"RANDOM\"");
    assertThat(run.complaint()).contains("RANDOM: dp change-bias changes a branch that there is");
    run.set("model_branch", null).set("training_finetune_model", null);
    assertThat(run.complaint())
        .contains("training_finetune_model: is missing: train.engine change-bias");
  }
}
