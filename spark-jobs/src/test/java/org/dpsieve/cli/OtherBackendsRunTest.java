package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.dpsieve.testing.Programs;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The loop with DeePMD-kit's other backends, each in an environment of its own: training from their
 * checkpoints. JAX's models only it can read, so it evaluates their deviation, too.
 */
class OtherBackendsRunTest {
  private static final String MODEL =
      """
      "model": {"type_map": ["Ag", "Au"],
        "descriptor": {"type": "se_e2_a", "sel": [60, 60], "rcut": 4.0, "rcut_smth": 2.0,
          "neuron": [2, 4], "axis_neuron": 2, "type_one_side": true, "trainable": false},
        "fitting_net": {"neuron": [4, 4], "trainable": %s}},
      "learning_rate": {"type": "exp", "start_lr": 0.01, "stop_lr": 1e-5, "decay_steps": 2},
      "loss": {"start_pref_e": 1, "limit_pref_e": 1, "start_pref_f": 1, "limit_pref_f": 1},
      """;

  @TempDir private Path folder;

  private static Path dp(String backend) {
    String named = System.getenv("DPSIEVE_DP_" + backend.toUpperCase(Locale.ROOT));
    Path dp =
        named == null || named.isBlank()
            ? Shared.repository().resolve("target/" + backend + "/bin/dp")
            : Path.of(named);
    Assumptions.assumeTrue(
        Files.isExecutable(dp),
        () ->
            "skipped: no DeePMD-kit with %s: %s (scripts/setup-services %s)"
                .formatted(backend, dp, backend));
    return dp;
  }

  /** A model from random weights, with its checkpoint. */
  private void model(Path dp, String flag, String text, String frozen)
      throws IOException, InterruptedException {
    Path model = Files.createDirectories(folder.resolve("model"));
    String pool = Shared.repository().resolve("conf/ag-au/pbe/Ag8").toString();
    Files.writeString(
        model.resolve("input.json"),
        "{"
            + text
            + "\"training\": {\"numb_steps\": 1, \"seed\": 1, \"training_data\": {\"systems\": [\"%s\"]}}}"
                .formatted(pool));
    for (List<String> arguments :
        List.of(
            List.of("train", "input.json", "--skip-neighbor-stat"),
            List.of("freeze", "-o", frozen))) {
      List<String> command =
          Stream.concat(Stream.of(dp.toString(), flag), arguments.stream()).toList();
      assertThat(Programs.run(model, "log", command)).isZero();
    }
  }

  /** PyTorch freezes the whole fitting net unless every entry of the list is true. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jax | --jax | [false, false, true] | savedmodel/saved_model.pb | model.ckpt.jax",
        "pytorch | --pt | true | pth | model.ckpt.pt"
      })
  void trainsFromTheCheckpointAndEvaluates(
      String backend, String flag, String trainable, String suffix, String checkpoint)
      throws Exception {
    Path dp = dp(backend);
    String text = MODEL.formatted(trainable);
    model(dp, flag, text, "frozen_model." + suffix.replaceFirst("/.*", ""));
    Path file = folder.resolve("simplify.json");
    String pool = Shared.repository().resolve("conf/ag-au/pbe/Ag8").toString();
    Files.writeString(
        file,
        """
        {"type_map": ["Ag", "Au"], "pick_data": "%s", "init_pick_number": 4, "iter_pick_number": 4,
         "model_devi_f_trust_lo": 0.0, "model_devi_f_trust_hi": 100, "max_iter": 2, "numb_models": 1,
         "training_iter0_model_path": ["%s"], "training_init_model": true,
         "dp_train_skip_neighbor_stat": true,
         "fp_style": "d3", "fp_params": {"functional": "pbe", "damping": "zero"},
         "default_training_param": {%s "training": {"numb_steps": 2, "disp_freq": 1}}}
        """
            .formatted(pool, folder.resolve("model"), text));
    Path machine = folder.resolve("machine.json");
    Files.writeString(
        machine,
        """
        {"train": {"engine": "dp", "backend": "local", "command": "OMP_NUM_THREADS=1 %s"},
         "model_devi": {"command": "%s"}, "fp": {}}
        """
            .formatted(dp, dp));
    StringWriter said = new StringWriter();
    int code =
        Dpsieve.commandLine()
            .setOut(new PrintWriter(said, true))
            .setErr(new PrintWriter(said, true))
            .execute(
                "simplify",
                file.toString(),
                machine.toString(),
                "--workdir",
                folder.resolve("run").toString());
    assertThat(code).as(said.toString()).isZero();
    assertThat(said.toString()).contains("Stopped at max_iter");
    if (backend.equals("jax")) {
      assertThat(said.toString())
          .contains(
              "deviation by DeePMD-kit's own dp model-devi", "SavedModel of DeePMD-kit's JAX");
    }
    Path train = folder.resolve("run/iter.000001/00.train");
    assertThat(train.resolve("graph.000." + suffix)).exists();
    assertThat(train.resolve("000").resolve(checkpoint)).exists();
    assertThat(Files.readString(train.resolve("000/lcurve.out"))).contains("rmse_trn");
    assertThat(folder.resolve("run/result/graph.000." + suffix)).exists();
    assertThat(Files.readString(folder.resolve("run/report.html"))).contains("iteration");
  }
}
