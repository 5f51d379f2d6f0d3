package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dpsieve.digest.Sha256;
import org.dpsieve.model.format.TorchCheckpoint;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop to its end from one DPA-3 checkpoint of two tasks (scripts/goldens/checkpoints.py), by
 * each way to train, killed on its way.
 */
@Tag("peer")
@Tag("slow")
class PretrainedRunTest {
  private static final Path POOL = Shared.repository().resolve("conf/ag-au/pbe/Ag8");

  private static final String MODEL =
      """
      "model": {"type_map": ["Ag", "Au"],
        "descriptor": {"type": "dpa3", "precision": "float64", "repflow": {
          "n_dim": 4, "e_dim": 3, "a_dim": 2, "nlayers": 1, "e_rcut": 4.0, "e_rcut_smth": 3.0, "e_sel": 30,
          "a_rcut": 3.2, "a_rcut_smth": 2.6, "a_sel": 12, "axis_neuron": 2}%s},
        "fitting_net": {"neuron": [4, 4], "precision": "float64"%s}},
      "learning_rate": {"type": "exp", "start_lr": 0.001, "stop_lr": 1e-5, "decay_steps": 2},
      "loss": {"type": "ener", "start_pref_e": 1, "limit_pref_e": 1, "start_pref_f": 1, "limit_pref_f": 1},
      "training": {"numb_steps": 2, "seed": 1}
      """;

  @TempDir private Path folder;

  private Path checkpoint() throws IOException {
    Path file = folder.resolve("multi.pt");
    try (InputStream in = PretrainedRunTest.class.getResourceAsStream("/checkpoints/multi.pt")) {
      Files.copy(in, file);
    }
    return file;
  }

  private Path simplify(String models, String ofDescriptor, String ofFitting) throws IOException {
    return Files.writeString(
        folder.resolve("simplify.json"),
        """
        {"type_map": ["Ag", "Au"], "pick_data": "%s", "init_pick_number": 8, "iter_pick_number": 4,
         %s, "model_branch": "Gold_D3", "default_training_param": {%s},
         "model_devi_f_trust_lo": 1e-9, "model_devi_f_trust_hi": 100, "max_iter": 1,
         "fp_style": "d3", "fp_params": {"functional": "pbe", "damping": "zero"}}
        """
            .formatted(POOL, models, MODEL.formatted(ofDescriptor, ofFitting)));
  }

  private Path machine(String train) throws IOException {
    Path dp = DeepmdKit.dp("pytorch");
    return Files.writeString(
        folder.resolve("machine.json"),
        """
        {"train": %s, "model_devi": {"command": "OMP_NUM_THREADS=1 %s"}, "fp": {}}
        """
            .formatted(train.formatted(dp), dp));
  }

  /** What is data of a run: everything but logs and what says how long it took. */
  private static Map<String, String> content(Path run) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String name = run.relativize(file).toString();
        if (name.matches("(iter\\.\\d+|result)/.*")
            && !name.matches(".*(\\.crc|_SUCCESS|\\.log)")) {
          content.put(name.replaceAll("part-[^.]*", "part"), Sha256.hex(Files.readAllBytes(file)));
        }
      }
    }
    return content;
  }

  private void kill(Path simplify, Path machine, Path run, String when) throws Exception {
    Path log = folder.resolve("killed.log");
    Process process = OwnProcess.simplify(simplify, machine, run, log).start();
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (!Files.exists(run.resolve(when)) && process.isAlive() && System.nanoTime() < end) {
      Thread.sleep(200);
    }
    assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
    process.destroyForcibly().waitFor(); // kill -9
  }

  @Test
  void byTheOutputLayerOfOneBranchWithAnEnsembleOutOfIt() throws Exception {
    checkpoint();
    Path simplify =
        simplify(
            "\"numb_models\": 1, \"numb_members\": 3, \"training_iter0_model_path\": \"multi.pt\","
                + " \"training_init_model\": true, \"init_pick_strategy\": \"diverse\","
                + " \"pick_strategy\": \"information\", \"target_error\": {\"force\": 1e-3}",
            ", \"trainable\": false",
            ", \"trainable\": [false, false, true]");
    Path machine = machine("{\"engine\": \"output-layer\"}");
    Path killed = folder.resolve("killed");
    kill(simplify, machine, killed, "iter.000001/00.train");
    Terminal terminal = new Terminal();
    terminal.succeed("simplify", simplify, machine, "--workdir", killed);
    assertThat(terminal.said()).contains("Stopped at max_iter", "deviation by DeePMD-kit");
    Path whole = folder.resolve("whole");
    new Terminal().succeed("simplify", simplify, machine, "--workdir", whole);
    assertThat(content(killed)).isEqualTo(content(whole)).isNotEmpty();
    Path trained = whole.resolve("iter.000001/00.train");
    Path deviation = whole.resolve("result/deviation.parquet");
    assertThat(trained.resolve("graph.000.pt")).exists();
    assertThat(trained.resolve("member.002.pt")).exists();
    assertThat(LocalSpark.session().read().parquet(deviation.toString()).columns())
        .contains("max_devi_f", "sigma_e", "sigma_f");
    assertThat(TorchCheckpoint.read(whole.resolve("result/graph.000.pt")).orElseThrow().branches())
        .containsOnlyKeys("Alloy_PBE", "Gold_D3");
  }

  @Test
  void byTheBiasAlone() throws Exception {
    runs("change-bias", 1);
  }

  @Test
  void byFineTuningABranch() throws Exception {
    runs("dp", 2);
  }

  /** DPA4 is not frozen; LoRA's keys go to DeePMD-kit as they are. */
  @Test
  void byAdaptersOfADpa4() throws Exception {
    Path file = folder.resolve("dpa4.pt");
    try (InputStream in = PretrainedRunTest.class.getResourceAsStream("/checkpoints/dpa4.pt")) {
      Files.copy(in, file);
    }
    Path simplify =
        Files.writeString(
            folder.resolve("simplify.json"),
            """
            {"type_map": ["Ag", "Au"], "pick_data": "%s", "init_pick_number": 8, "iter_pick_number": 4,
             "numb_models": 2, "training_finetune_model": ["dpa4.pt"], "default_training_param": {
              "model": {"type": "dpa4", "type_map": ["Ag", "Au"], "lora": {"rank": 2}, "descriptor": {
                 "type": "dpa4", "precision": "float64", "rcut": 4.0, "sel": 30, "channels": 4, "n_radial": 4,
                 "lmax": 1, "n_blocks": 1, "mixing_layers": 1, "use_amp": false},
                "fitting_net": {"type": "dpa4_ener", "neuron": [4], "precision": "float64"}},
              "validating": {"full_validation": true, "validation_freq": 1, "validation_metric": "F:RMSE"},
              "learning_rate": {"type": "exp", "start_lr": 0.001, "stop_lr": 1e-5, "decay_steps": 2},
              "loss": {"type": "ener", "start_pref_e": 1, "limit_pref_e": 1, "start_pref_f": 1, "limit_pref_f": 1},
              "training": {"numb_steps": 2, "seed": 1, "validation_data": {"systems": ["%s"], "batch_size": 1}}},
             "model_devi_f_trust_lo": 1e-9, "model_devi_f_trust_hi": 100, "max_iter": 1,
             "fp_style": "d3", "fp_params": {"functional": "pbe", "damping": "zero"}}
            """
                .formatted(POOL, Shared.repository().resolve("conf/ag-au/pbe/Ag2Au6")));
    Path machine =
        machine(
            "{\"engine\": \"dp\", \"backend\": \"local\", \"command\": \"OMP_NUM_THREADS=1 %s\"}");
    Path run = folder.resolve("run");
    Terminal terminal = new Terminal();
    terminal.succeed("simplify", simplify, machine, "--workdir", run);
    assertThat(terminal.said()).contains("Stopped at max_iter");
    assertThat(run.resolve("result/graph.001.pt")).exists();
  }

  private void runs(String engine, int models) throws Exception {
    checkpoint();
    Path simplify =
        simplify(
            "\"numb_models\": %d, \"training_finetune_model\": [\"multi.pt\"]".formatted(models),
            "",
            "");
    Path machine =
        machine(
            "{\"engine\": \"%s\", \"backend\": \"local\", \"command\": \"OMP_NUM_THREADS=1 %%s\"}"
                .formatted(engine));
    Path run = folder.resolve("run");
    kill(simplify, machine, run, "iter.000000/02.fp");
    Terminal terminal = new Terminal();
    terminal.succeed("simplify", simplify, machine, "--workdir", run);
    assertThat(terminal.said()).contains("Stopped at max_iter");
    assertThat(run.resolve("result/graph.000.pth")).exists();
  }
}
