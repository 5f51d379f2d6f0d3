package org.dpsieve.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.dpsieve.config.DpTrainConfig.Reuse;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.Shared;
import org.dpsieve.train.DpInput.DataSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DpInputTest {
  private static final String TEMPLATE =
      """
      {"model": {"descriptor": {"type": "se_e2_a", "trainable": false, "seed": 1},
                 "fitting_net": {"trainable": [false, false, false, true], "seed": 1}},
       "learning_rate": {"start_lr": 0.001},
       "loss": {"start_pref_e": 1, "start_pref_f": 100},
       "training": {"numb_steps": 400000, "seed": 1, "training_data": {"batch_size": 2}}}
      """;

  private static final List<DataSystem> SYSTEMS =
      List.of(
          new DataSystem("data/iter.000000/Ag2Au2", 4, 30, false, 8),
          new DataSystem("data/iter.000000/Ag0Au48", 48, 5, false, 1),
          new DataSystem("data/iter.000001/Ag4Au4", 8, 3, true, 7));

  @TempDir Path folder;

  private static JsonNode json(DpInput input) throws IOException {
    return new ObjectMapper().readTree(input.text());
  }

  @Test
  void dataSeedsAndTypeMapAreOursTheRestIsTheUsers() throws IOException {
    JsonNode made =
        json(
            new DpInput(TEMPLATE)
                .typeMap(List.of("Ag", "Au"))
                .systems(SYSTEMS)
                .seeds("0:1:2")
                .fileNames());
    assertThat(made.at("/training/training_data/systems/1").asText())
        .isEqualTo("data/iter.000000/Ag0Au48");
    assertThat(made.at("/training/training_data/batch_size").toString()).isEqualTo("[8,1,7]");
    assertThat(made.at("/model/type_map").toString()).isEqualTo("[\"Ag\",\"Au\"]");
    assertThat(made.at("/training/numb_steps").asInt()).isEqualTo(400000);
    assertThat(made.at("/training/save_ckpt").asText()).isEqualTo("model.ckpt");
    long seed = made.at("/model/descriptor/seed").asLong();
    assertThat(seed).isNotEqualTo(1).isBetween(0L, 0xffffffffL);
    assertThat(made.at("/model/fitting_net/seed").asLong()).isNotEqualTo(seed);
    assertThat(json(new DpInput(TEMPLATE).seeds("0:1:2")).at("/model/descriptor/seed").asLong())
        .isEqualTo(seed);
    assertThat(json(new DpInput(TEMPLATE).seeds("0:2:2")).at("/model/descriptor/seed").asLong())
        .isNotEqualTo(seed);
  }

  /** As {@code dp train} itself was seen to do: no checkpoint with 10, 10, 1000 and 12, 3, 8. */
  @ParameterizedTest
  @CsvSource({
    "10, 10, 1000, 10, 10",
    "12, 3, 8, 3, 1",
    "30, 30, 20, 30, 10",
    "12, 4, 3, 4, 3",
    "10, 20, 5, 20, 5",
    "20, 0, 7, 0, 7",
    "400000, 1000, 1000, 1000, 1000"
  })
  void theLastStepIsInACheckpoint(int steps, int save, int display, int newSave, int newDisplay)
      throws IOException {
    String template =
        "{\"training\": {\"numb_steps\": %d, \"save_freq\": %d, \"disp_freq\": %d}}"
            .formatted(steps, save, display);
    JsonNode training = json(new DpInput(template).lastCheckpoint()).path("training");
    assertThat(training.path("save_freq").asInt()).isEqualTo(newSave);
    assertThat(training.path("disp_freq").asInt()).isEqualTo(newDisplay);
    JsonNode silent =
        json(
            new DpInput(
                    template.replace("\"numb_steps\"", "\"disp_training\": false, \"numb_steps\""))
                .lastCheckpoint());
    boolean due = save > 0 && steps % save == 0;
    assertThat(silent.at("/training/save_freq").asInt()).isEqualTo(due ? 0 : save);
  }

  @Test
  void theDefaultFrequenciesCount() throws IOException {
    JsonNode made =
        json(
            new DpInput("{\"training\": {\"numb_steps\": 20, \"save_freq\": 10}}")
                .lastCheckpoint());
    assertThat(made.at("/training/disp_freq").asInt()).isEqualTo(10); // of 10 and 1000
  }

  @Test
  void mixedBatchSizesStay() throws IOException {
    JsonNode made =
        json(
            new DpInput(TEMPLATE.replace("\"batch_size\": 2", "\"batch_size\": \"mixed:32\""))
                .systems(SYSTEMS));
    assertThat(made.at("/training/training_data/batch_size").asText()).isEqualTo("mixed:32");
  }

  @Test
  void reuseChangesStepsRateAndHowOftenOldDataAreSeen() throws IOException {
    Reuse reuse =
        new Reuse(
            OptionalInt.of(1),
            "auto",
            OptionalInt.of(1000),
            OptionalDouble.of(1e-4),
            OptionalDouble.of(0.5),
            OptionalDouble.empty());
    assertThat(reuse.holds(0)).isFalse();
    assertThat(reuse.holds(1)).isTrue();
    JsonNode made = json(new DpInput(TEMPLATE).systems(SYSTEMS).reuse(reuse, SYSTEMS));
    assertThat(made.at("/training/numb_steps").asInt()).isEqualTo(1000);
    assertThat(made.at("/learning_rate/start_lr").asDouble()).isEqualTo(1e-4);
    assertThat(made.at("/loss/start_pref_e").asDouble()).isEqualTo(0.5);
    assertThat(made.at("/loss/start_pref_f").asDouble()).isEqualTo(100);
    double old = 35.0 / (35 + 10 * 3);
    assertThat(made.at("/training/training_data/auto_prob").asText())
        .isEqualTo("prob_sys_size; 0:2:%f; 2:3:%f".formatted(old, 1 - old));
  }

  @Test
  void theLossCurveIsReadAsFarAsItGoes() throws IOException {
    Path file = folder.resolve("lcurve.out");
    assertThat(LossCurve.last(file)).isEmpty();
    Files.writeString(
        file, "#  step  rmse_trn  rmse_e_trn  rmse_f_trn  lr\n  0  1.0 2.0 0.5 1e-3\n 20  0.9 1.");
    assertThat(LossCurve.last(file).get().toString())
        .isEqualTo("step 0, rmse_e 2.00 eV/atom, rmse_f 0.500 eV/Å");
    Files.writeString(file, "# step rmse_trn rmse_e_trn rmse_f_trn lr\n 20 1.2 nan 0.3 1e-3\n");
    assertThat(LossCurve.last(file).get().toString()).isEqualTo("step 20, rmse_f 0.300 eV/Å");
  }

  @Test
  void frozenLayersThatChangedAndTrainingsThatChangedNothingAreFound() {
    Path models = Shared.repository().resolve("conf/ag-au/models");
    DeepPotential one = ModelFiles.read(models.resolve("0/graph.pb"));
    DeepPotential other = ModelFiles.read(models.resolve("1/graph.pb"));
    assertThat(FrozenLayers.problems(TEMPLATE, one, other))
        .anySatisfy(text -> assertThat(text).contains("descriptor.trainable is false"))
        .anySatisfy(text -> assertThat(text).contains("layer 0 of the fitting net changed"))
        .noneSatisfy(text -> assertThat(text).contains("layer 3"));
    assertThat(FrozenLayers.problems(TEMPLATE, one, one))
        .singleElement()
        .asString()
        .contains("no weight changed at all", "PyTorch");
  }
}
