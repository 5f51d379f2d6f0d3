package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are given no model, with real {@code dp train}, as DP-GEN's own examples are. */
@Timeout(1200)
@Tag("peer")
class ScratchRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path POOL = Shared.repository().resolve("conf/ag-au/pbe");

  @TempDir private Path folder;

  private final Terminal terminal = new Terminal();
  private Path machine;
  private ObjectNode parameters;

  @BeforeEach
  void twoSmallModels() throws IOException {
    machine =
        Files.writeString(
            folder.resolve("machine.json"),
            """
            {"train": {"backend": "local", "command": "OMP_NUM_THREADS=1 %s"}, "model_devi": {}, "fp": {}}
            """
                .formatted(DeepmdKit.dp()));
    parameters =
        (ObjectNode)
            JSON.readTree(
                """
                {"type_map": ["Ag", "Au"], "init_data_sys": [], "sys_configs": [], "labeled": true,
                 "fp_style": "none", "fp_task_min": 5, "init_pick_number": 4, "iter_pick_number": 4, "max_iter": 1,
                 "model_devi_f_trust_lo": 1e-6, "model_devi_f_trust_hi": 1e6, "numb_models": 2, "seed": 3,
                 "default_training_param": {
                   "model": {"descriptor": {"type": "se_e2_a", "sel": [120, 120], "rcut": 6.0, "rcut_smth": 2.0,
                                            "neuron": [2, 4], "axis_neuron": 2},
                             "fitting_net": {"neuron": [4, 4]}},
                   "learning_rate": {"type": "exp", "start_lr": 1e-3, "stop_lr": 1e-5, "decay_steps": 5},
                   "loss": {},
                   "training": {"numb_steps": 10, "save_freq": 10, "training_data": {}}}}
                """);
    parameters.putArray("pick_data").add(POOL.resolve("Ag8").toString());
  }

  private Path run() throws IOException {
    Path file = Files.writeString(folder.resolve("simplify.json"), parameters.toPrettyString());
    Path run = folder.resolve("run");
    terminal.succeed("simplify", file, machine, "--dry-run");
    terminal.succeed("simplify", file, machine, "--workdir", run);
    return run;
  }

  private static JsonNode training(Path run, int iteration, int model) throws IOException {
    return JSON.readTree(
            run.resolve("iter.%06d/00.train/%03d/input.json".formatted(iteration, model)).toFile())
        .path("training");
  }

  /** Hours of training would come before its first call. */
  @Test
  void theProgramForDeviationsIsTriedFirst() throws IOException {
    Files.writeString(
        machine,
        Files.readString(machine)
            .replace(
                "\"model_devi\": {}",
                "\"model_devi\": {\"engine\": \"dp\", \"command\": \"/no/such/dp\"}"));
    Path file = Files.writeString(folder.resolve("simplify.json"), parameters.toPrettyString());
    Path run = folder.resolve("run");
    assertThat(terminal.run("simplify", file, machine, "--workdir", run)).isEqualTo(2);
    assertThat(terminal.err()).contains("/no/such/dp", "model_devi.command");
    assertThat(run.resolve("iter.000000")).doesNotExist();
  }

  /** Training cannot be put off (fp_task_min) where there is no model yet. */
  @Test
  void theFirstPicksAreTrainedOn() throws IOException {
    Path run = run();
    assertThat(run.resolve("iter.000000/00.train")).doesNotExist();
    JsonNode training = training(run, 1, 1);
    assertThat(training.at("/training_data/systems").toString())
        .isEqualTo("[\"data/iter.000000/Ag8Au0\"]");
    assertThat(training.path("disp_freq").asInt()).isEqualTo(10); // or there is no checkpoint
    DeepPotential first = ModelFiles.read(run.resolve("result/graph.000.pb"));
    DeepPotential second = ModelFiles.read(run.resolve("result/graph.001.pb"));
    assertThat(first.typeMap()).containsExactly("Ag", "Au");
    assertThat(first.fitting().networks()[0].layers().get(0).weight())
        .isNotEqualTo(second.fitting().networks()[0].layers().get(0).weight());
    assertThat(terminal.out())
        .contains("2: trained from random weights", "RMS error against", "         -");
    terminal.succeed("report", run);
    assertThat(Files.readString(run.resolve("report.html"))).contains("Energy, after");
    terminal.clear();
    terminal.succeed("status", run);
    assertThat(terminal.out()).contains("ended: max_iter");
  }

  /** DP-GEN 0.14 writes these batch sizes, and one HDF5 file. */
  @Test
  void initialDataAreTrainedOnFirstWithTheBatchSizesGiven() throws IOException {
    parameters.put("one_h5", true).put("numb_models", 1);
    parameters.put("model_devi_f_trust_lo", 0.0); // one model never disagrees
    parameters
        .putArray("init_data_sys")
        .add(POOL.resolve("Ag27").toString())
        .add(POOL.resolve("Ag2Au6").toString());
    parameters.putArray("init_batch_size").add(7).add("auto");
    parameters.putArray("sys_batch_size").add(3);
    Path run = run();
    JsonNode zeroth = training(run, 0, 0).path("training_data");
    assertThat(zeroth.path("systems").toString())
        .isEqualTo("[\"data/data.hdf5#/init/Ag27Au0\",\"data/data.hdf5#/init/Ag2Au6\"]");
    assertThat(zeroth.path("batch_size").toString()).isEqualTo("[7,4]");
    JsonNode first = training(run, 1, 0).path("training_data");
    assertThat(first.path("systems").get(2).asText())
        .isEqualTo("data/data.hdf5#/iter.000000/Ag8Au0");
    assertThat(first.path("batch_size").toString()).isEqualTo("[7,4,3]");
    assertThat(Files.readString(run.resolve("iter.000001/00.train/000/train.log")))
        .contains("data/data.hdf5#/iter.000000/Ag8Au0");
  }

  /** Every training starts from the models named, not from random weights. */
  @Test
  void frozenModelsAloneAreStartedFrom() throws IOException {
    parameters.put("max_iter", 2).put("fp_task_min", 4); // with more it would be put off
    parameters
        .putArray("training_init_frozen_model")
        .add(POOL.resolveSibling("models/0/graph.pb").toString())
        .add(POOL.resolveSibling("models/1/graph.pb").toString());
    ObjectNode model = (ObjectNode) parameters.at("/default_training_param/model");
    ((ObjectNode) model.path("descriptor")).putArray("neuron").add(10).add(20).add(40);
    ((ObjectNode) model.path("descriptor")).put("axis_neuron", 8);
    ((ObjectNode) model.path("fitting_net")).putArray("neuron").add(80).add(80).add(80);
    Path run = run();
    for (int iteration = 1; iteration <= 2; iteration++) {
      Path task = run.resolve("iter.%06d/00.train/001".formatted(iteration));
      assertThat(Files.readString(task.resolve("train.log")))
          .contains("initialize training from the frozen model");
    }
  }
}
