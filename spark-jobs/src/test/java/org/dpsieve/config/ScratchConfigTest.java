package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.DpTrainConfig.Init;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files without {@code training_iter0_model_path}, as DP-GEN's own examples of simplify. */
class ScratchConfigTest {
  private static final String MODELS = "[\"%s/[01]/graph.pb\"]".formatted(Fixture.MODELS);

  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aRunWithoutModels() throws IOException {
    run = Fixture.in(folder);
    run.set("training_iter0_model_path", null)
        .set("training_init_model", null)
        .setMachine("train", "{\"engine\": \"dp\", \"backend\": \"local\"}");
  }

  private TrainConfig train() {
    return run.read().simplify().train();
  }

  private List<Init> starts() {
    return train().dp().orElseThrow().start().stream().map(DpTrainConfig.Start::init).toList();
  }

  @Test
  void trainingMayStartFromRandomWeights() throws IOException {
    assertThat(starts()).containsExactly(Init.RANDOM, Init.RANDOM);
    assertThat(train().models()).isEmpty();
    assertThat(train().modelCount()).isEqualTo(2);
    assertThat(train().modelName(1)).isEqualTo("graph.001.pb");
    assertThat(String.join("\n", Plan.of(run.read())))
        .contains("2: trained from random weights on the frames that iteration 0 labels");
    run.set("init_data_sys", "[\"pool\"]").set("train_backend", "\"pytorch\"");
    run.set("default_training_param/model/fitting_net/trainable", "true");
    assertThat(String.join("\n", Plan.of(run.read()))).contains("on the initial data first");
    assertThat(train().modelName(0)).isEqualTo("graph.000.pth");
  }

  @Test
  void frozenModelsAloneAreWhereTheFirstTrainingStarts() throws IOException {
    run.set("training_init_frozen_model", MODELS);
    assertThat(starts()).containsExactly(Init.FROZEN, Init.FROZEN);
    assertThat(train().models())
        .containsExactly(
            Fixture.MODELS.resolve("0/graph.pb"), Fixture.MODELS.resolve("1/graph.pb"));
    assertThat(run.read().warnings()).anyMatch(w -> w.contains("every training starts from"));
  }

  @Test
  void modelsToFineTuneNeedNotBeReadHere() throws IOException {
    for (String name : List.of("a.pt", "b.pt")) {
      Files.writeString(folder.resolve(name), "a checkpoint");
    }
    run.set("training_finetune_model", "[\"a.pt\", \"b.pt\"]")
        .set("default_training_param/model/fitting_net/trainable", "true");
    assertThat(starts()).containsExactly(Init.FINETUNE, Init.FINETUNE);
    assertThat(train().models()).isEmpty();
    assertThat(train().dp().orElseThrow().backend()).isEqualTo(Backend.PYTORCH);
    assertThat(run.identity()).containsKey("training_finetune_model (sha256)");
    run.set("train_backend", "\"tensorflow\"");
    assertThat(run.complaint()).contains("a.pt is not a model of tensorflow");
  }

  /** {@code dp train --finetune} ends there with an AssertionError. */
  @Test
  void tensorFlowFineTunesOtherModelsAsFrozenOnes() throws IOException {
    run.set("training_finetune_model", MODELS);
    assertThat(starts()).containsExactly(Init.FROZEN, Init.FROZEN);
    assertThat(train().models()).hasSize(2);
    assertThat(run.read().warnings())
        .anyMatch(w -> w.contains("training_finetune_model: DeePMD-kit's TensorFlow backend"));
    run.set("default_training_param/model/descriptor/type", "\"se_atten\"");
    assertThat(starts()).containsExactly(Init.FINETUNE, Init.FINETUNE);
  }

  @Test
  void whatIsMissingOrWrongIsNamed() throws IOException {
    run.set("training_init_frozen_model", "[\"none.pb\"]");
    assertThat(run.complaint()).contains("training_init_frozen_model: 'none.pb' matches nothing");
    run.set("training_init_frozen_model", "[\"%s/0/graph.pb\"]".formatted(Fixture.MODELS));
    assertThat(run.complaint()).contains("training_init_frozen_model: found 1 model, expected 2");
    run.set("training_init_frozen_model", null).set("training_init_model", "true");
    assertThat(run.complaint())
        .contains(
            "training_iter0_model_path: names no model; training_init_model starts from them");
  }

  @Test
  void theOutputLayerIsSolvedOnTopOfModelsOnly() throws IOException {
    run.setMachine("train", "{\"engine\": \"output-layer\"}");
    assertThat(run.complaint().lines())
        .singleElement()
        .asString()
        .contains(
            "names no model; the output layer is solved on top of trained models",
            "from scratch trains dp (train.engine in machine.json)");
    // as the trainable keys have it, too
    run.setMachine("train", "{}");
    assertThat(run.complaint()).contains("the output layer is solved on top of trained models");
  }

  @Test
  void nobodyLooksIntoModelsThatAreNotThere() throws IOException {
    run.set("pick_strategy", "\"diverse\"");
    assertThat(run.complaint())
        .contains("none before the first training; expected random, deviation, stratified");
  }

  @Test
  void aCheckpointThatWouldNotBeWrittenIsTold() throws IOException {
    run.set("default_training_param/training/numb_steps", "20")
        .set("default_training_param/training/save_freq", "20")
        .set("default_training_param/training/disp_freq", "30");
    assertThat(run.read().warnings())
        .anyMatch(w -> w.contains("save_freq: ") && w.contains("disp_freq 10 is taken"));
  }

  @Test
  void modelsThatOnlyDeepmdKitWillReadAreEvaluatedByIt() throws IOException {
    run.set("default_training_param/model/fitting_net/trainable", "true");
    assertThat(run.read().machine().modelDevi().engine()).isEqualTo(Engine.JVM);
    run.set("train_backend", "\"pytorch\"");
    assertThat(run.read().machine().modelDevi().engine()).isEqualTo(Engine.JVM);

    run.set("default_training_param/model/descriptor/type", "\"dpa2\"");
    assertThat(run.read().machine().modelDevi().engine()).isEqualTo(Engine.DP);
    assertThat(run.read().warnings())
        .anyMatch(w -> w.contains("dp model-devi") && w.contains("descriptor.type is 'dpa2'"));
    run.setMachine("model_devi", "{\"engine\": \"jvm\"}");
    assertThat(run.complaint())
        .contains("model_devi.engine: found jvm", "descriptor.type is 'dpa2'; expected dp");

    run.setMachine("model_devi", "{}").set("train_backend", "\"tensorflow\"");
    for (String known : List.of("se_a_ebd_v2", "se_e3", "se_atten")) {
      run.set("default_training_param/model/descriptor/type", "\"" + known + "\"");
      assertThat(run.read().machine().modelDevi().engine()).as(known).isEqualTo(Engine.JVM);
    }
    run.set("default_training_param/model/descriptor/type", "\"se_e3_tebd\"");
    assertThat(run.read().machine().modelDevi().engine()).isEqualTo(Engine.DP);
    run.set(
        "default_training_param/model/descriptor",
        "{\"type\": \"hybrid\", \"list\": [{\"type\": \"se_a\"}, {\"type\": \"loc_frame\"}]}");
    assertThat(run.read().machine().modelDevi().engine()).isEqualTo(Engine.DP);
  }

  @Test
  void whatIsNoPotentialIsNotTrained() throws IOException {
    run.set("default_training_param/model/fitting_net/type", "\"dipole\"");
    assertThat(run.complaint()).contains("fitting_net.type: found 'dipole'", "expected ener");
  }
}
