package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Programs;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.dpsieve.train.FrozenLayers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The loop with DeePMD-kit's other backends, each in an environment of its own: training from their
 * checkpoints. JAX's models only it can read, so it evaluates their deviation, too.
 */
@Tag("peer")
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

  /** As {@code dp convert-backend FROM TO} does, without starting JAX twice. */
  private static final String CONVERT =
      """
      import sys
      from deepmd.main import main
      for pair in range(1, len(sys.argv), 2):
          main(["convert-backend", *sys.argv[pair:pair + 2]])
      """;

  private static final Path POOL = Shared.repository().resolve("conf/ag-au/pbe/Ag8");

  @TempDir private Path folder;

  private static String trainingInput(String text) {
    return """
        {%s "training": {"numb_steps": 1, "seed": 1, "training_data": {"systems": ["%s"]}}}
        """
        .formatted(text, POOL);
  }

  /** A model from random weights, with its checkpoint. */
  private void model(Path dp, String flag, String text, String frozen)
      throws IOException, InterruptedException {
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve("input.json"), trainingInput(text));
    for (List<String> arguments :
        List.of(
            List.of("train", "input.json", "--skip-neighbor-stat"),
            List.of("freeze", "-o", frozen))) {
      List<String> command =
          Stream.concat(Stream.of(dp.toString(), flag), arguments.stream()).toList();
      assertThat(Programs.run(model, "log", command)).isZero();
    }
  }

  private Path simplify(String text, int iterations) throws IOException {
    return Files.writeString(
        folder.resolve("simplify.json"),
        """
        {"type_map": ["Ag", "Au"], "pick_data": "%s", "init_pick_number": 4, "iter_pick_number": 4,
         "model_devi_f_trust_lo": 0.0, "model_devi_f_trust_hi": 100, "max_iter": %d, "numb_models": 1,
         "training_iter0_model_path": ["%s"], "training_init_model": true,
         "dp_train_skip_neighbor_stat": true,
         "fp_style": "d3", "fp_params": {"functional": "pbe", "damping": "zero"},
         "default_training_param": {%s "training": {"numb_steps": 2, "disp_freq": 1}}}
        """
            .formatted(POOL, iterations, folder.resolve("model"), text));
  }

  private Path machine(Path dp) throws IOException {
    return Files.writeString(
        folder.resolve("machine.json"),
        """
        {"train": {"engine": "dp", "backend": "local", "command": "OMP_NUM_THREADS=1 %s"},
         "model_devi": {"command": "%s"}, "fp": {}}
        """
            .formatted(dp, dp));
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
    Path dp = DeepmdKit.dp(backend);
    String text = MODEL.formatted(trainable);
    model(dp, flag, text, "frozen_model." + frozenSuffix(suffix));
    Terminal terminal = new Terminal();
    int iterations = backend.equals("jax") ? 1 : 2; // JAX compiles for a minute in each
    terminal.succeed(
        "simplify", simplify(text, iterations), machine(dp), "--workdir", folder.resolve("run"));
    assertThat(terminal.said()).contains("Stopped at max_iter");
    if (backend.equals("jax")) {
      assertThat(terminal.said())
          .contains(
              "deviation by DeePMD-kit's own dp model-devi", "SavedModel of DeePMD-kit's JAX");
    }
    Path train = folder.resolve("run/iter.000001/00.train");
    assertThat(train.resolve("graph.000." + suffix)).exists();
    assertThat(train.resolve("000").resolve(checkpoint)).exists();
    assertThat(Files.readString(train.resolve("000/lcurve.out"))).contains("rmse_trn");
    assertThat(folder.resolve("run/result/graph.000." + suffix)).exists();
    assertThat(Files.readString(folder.resolve("run/report.html"))).contains("iteration");
    List<Path> checkpoints = List.of(folder.resolve("model"), train.resolve("000"));
    List<Path> frozen =
        checkpoints.stream().map(f -> f.resolve("frozen_model." + frozenSuffix(suffix))).toList();
    List<Path> readable = new ArrayList<>(frozen);
    if (backend.equals("jax")) {
      List<Object> here = new ArrayList<>(List.of(rescreen(frozen, "refused")));
      here.addAll(List.of("--engine", "jvm"));
      assertThat(terminal.run(here.toArray())).isEqualTo(2);
      assertThat(terminal.err()).contains("SavedModel", "dp convert-backend", "engine dp");
      List<String> pairs = new ArrayList<>();
      for (int m = 0; m < 2; m++) {
        readable.set(m, folder.resolve(m + ".dp"));
        pairs.add(checkpoints.get(m).resolve(checkpoint).toString());
        pairs.add(readable.get(m).toString());
      }
      DeepmdKit.python(dp, folder.resolve("log"), CONVERT, pairs);
    }
    terminal.succeed(rescreen(readable, "ours"));
    rescreenByDp(dp, frozen);
    requireEqual(folder.resolve("ours"), folder.resolve("theirs"));
  }

  private static String frozenSuffix(String suffix) {
    return suffix.replaceFirst("/.*", "");
  }

  private Object[] rescreen(List<Path> models, String output) {
    return new Object[] {
      "rescreen", "-m", models.get(0), models.get(1), "--frames", POOL, "-o", folder.resolve(output)
    };
  }

  /** In a process of its own, where DPSIEVE_DP is that backend's. */
  private void rescreenByDp(Path dp, List<Path> models) throws IOException, InterruptedException {
    List<Object> command = new ArrayList<>(List.of(rescreen(models, "theirs")));
    command.addAll(List.of("--engine", "dp", "--master", "local[1]"));
    Path log = folder.resolve("rescreen.log");
    ProcessBuilder builder = OwnProcess.of(log, command.toArray());
    builder.environment().put("DPSIEVE_DP", dp.toString());
    assertThat(builder.start().waitFor()).as(Files.readString(log)).isZero();
  }

  /** To the seven digits that DeePMD-kit's program writes. */
  private static void requireEqual(Path ours, Path theirs) {
    SparkSession spark = LocalSpark.session();
    List<Row> expected =
        spark.read().parquet(theirs.toString()).orderBy("frame_id").collectAsList();
    List<Row> found = spark.read().parquet(ours.toString()).orderBy("frame_id").collectAsList();
    assertThat(found).hasSameSizeAs(expected).isNotEmpty();
    for (int i = 0; i < found.size(); i++) {
      double force = expected.get(i).getAs("max_devi_f");
      assertThat(found.get(i).<Double>getAs("max_devi_f"))
          .isPositive()
          .isCloseTo(force, within(1e-6 * force + 1e-11));
    }
  }

  /** PyTorch freezes the whole fitting net and trains on without a word. */
  @Test
  void aPartialListIsRefusedAndFoundInWhatPytorchMakesOfIt() throws Exception {
    Path dp = DeepmdKit.dp("pytorch");
    model(dp, "--pt", MODEL.formatted("true"), "frozen_model.pth");
    Path before = folder.resolve("model/model.ckpt.pt");
    String partial = MODEL.formatted("[false, false, true]");
    Path next = Files.createDirectories(folder.resolve("next"));
    String input = trainingInput(partial);
    Files.writeString(next.resolve("input.json"), input);
    assertThat(
            Programs.run(
                next,
                "log",
                List.of(
                    dp.toString(),
                    "--pt",
                    "train",
                    "input.json",
                    "--skip-neighbor-stat",
                    "--init-model",
                    before.toString())))
        .isZero();
    assertThat(
            FrozenLayers.problems(
                input, ModelFiles.read(before), ModelFiles.read(next.resolve("model.ckpt.pt"))))
        .singleElement()
        .asString()
        .contains("no weight changed at all", "PyTorch");
    Terminal terminal = new Terminal();
    int code =
        terminal.run(
            "simplify", simplify(partial, 2), machine(dp), "--workdir", folder.resolve("run"));
    assertThat(code).as(terminal.said()).isEqualTo(2);
    assertThat(terminal.err())
        .contains("trainable", "PyTorch backend freezes the whole fitting net");
  }
}
