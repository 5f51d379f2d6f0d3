package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.ChangedModels;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Programs;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Systems;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frame and atomic parameters from the pool's files to the end, by DeePMD-kit and by us. */
@Tag("peer")
class FrameParametersRunTest {
  private static final String MODEL =
      """
      "model": {"type_map": ["Ag", "Au"],
        "descriptor": {"type": "se_e2_a", "sel": [60, 60], "rcut": 4.0, "rcut_smth": 2.0,
          "neuron": [2, 4], "axis_neuron": 2, "type_one_side": true, "trainable": false},
        "fitting_net": {"neuron": [4, 4], "numb_fparam": 2, "numb_aparam": 1,
          "trainable": [false, false, true], "seed": 1}},
      "learning_rate": {"type": "exp", "start_lr": 0.01, "stop_lr": 1e-5, "decay_steps": 2},
      "loss": {"start_pref_e": 1, "limit_pref_e": 1, "start_pref_f": 1, "limit_pref_f": 1},
      """;

  @TempDir private static Path folder;
  private static Path dp;
  private static Path pool;
  private static Map<String, Frame> frames;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  /** Two models, and frames of which the last is the first with other parameters. */
  @BeforeAll
  static void poolAndModels() throws IOException, InterruptedException {
    dp = DeepmdKit.dp();
    pool = Files.createDirectories(folder.resolve("pool/Ag4Au4"));
    List<Frame> some =
        Systems.read(Shared.repository().resolve("conf/ag-au/pbe/Ag4Au4")).subList(0, 12);
    List<Frame> written = new ArrayList<>();
    try (NpySystemWriter writer =
        new NpySystemWriter(
            new LocalStorage(), pool.toString(), List.of("Ag", "Au"), some.size() + 1)) {
      for (int i = 0; i <= some.size(); i++) {
        Frame frame = some.get(i % some.size());
        double[] atoms = new double[frame.atomCount()];
        Arrays.setAll(atoms, k -> 0.5 + 0.25 * k);
        double[] parameters = {0.1 * i, 2 - 0.3 * i};
        frame =
            new Frame(
                "pool",
                i,
                frame.z(),
                frame.coord(),
                frame.cell(),
                frame.labels(),
                parameters,
                atoms);
        writer.add(frame);
        written.add(frame);
      }
    }
    frames = written.stream().collect(Collectors.toMap(FrameId::of, Function.identity()));
    Path model = Files.createDirectories(folder.resolve("models/0"));
    Files.writeString(
        model.resolve("input.json"),
        "{%s \"training\": {\"numb_steps\": 1, \"training_data\": {\"systems\": [\"%s\"]}}}"
            .formatted(MODEL, pool));
    for (List<String> arguments :
        List.of(
            List.of("train", "input.json", "--skip-neighbor-stat"),
            List.of("freeze", "-o", "graph.pb"))) {
      List<String> command = new ArrayList<>(List.of(dp.toString()));
      command.addAll(arguments);
      assertThat(Programs.run(model, "log", command)).isZero();
    }
    Files.createDirectories(folder.resolve("models/1"));
    ModelFiles.writeWithOutputLayer(
        model(0), ChangedModels.withOutputLayer(ModelFiles.read(model(0)), 0.375), model(1));
  }

  private static Path model(int m) {
    return folder.resolve("models/%d/graph.pb".formatted(m));
  }

  private static List<double[]> numbers(Path text) throws IOException {
    return Files.readAllLines(text).stream()
        .filter(line -> !line.startsWith("#"))
        .map(
            line ->
                Arrays.stream(line.strip().split(" +")).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  @Test
  void deviationsAreDeepmdKits() throws IOException, InterruptedException {
    Path ours = folder.resolve("ours.out");
    terminal.succeed("model-devi", "-m", model(0), model(1), "-s", pool, "-o", ours);
    Path theirs = folder.resolve("theirs.out");
    List<String> command = new ArrayList<>(List.of(dp.toString(), "model-devi", "-m"));
    command.addAll(List.of(model(0).toString(), model(1).toString()));
    command.addAll(List.of("-s", pool.toString(), "-o", theirs.toString()));
    assertThat(Programs.run(folder, "log", command)).isZero();
    List<double[]> expected = numbers(theirs);
    List<double[]> found = numbers(ours);
    assertThat(found).hasSize(13).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).containsExactly(expected.get(i), within(2e-6));
    }
    // forces do not tell parameters apart in a net so small and untrained as energies do
    assertThat(found.get(12)[7]).isNotEqualTo(found.get(0)[7]);
  }

  /** Imported, evaluated by both engines and exported. */
  @Test
  void framesKeepThem() throws IOException {
    Path dataset = folder.resolve("frames.parquet");
    terminal.succeed("import", "-s", pool, "-o", dataset);
    assertThat(terminal.out()).contains("13 frames");
    for (String engine : List.of("jvm", "dp")) {
      terminal.succeed(
          "rescreen",
          "-m",
          model(0),
          model(1),
          "--frames",
          engine.equals("jvm") ? dataset : pool,
          "-o",
          folder.resolve(engine),
          "--engine",
          engine);
    }
    List<Row> ours = byId(folder.resolve("jvm"));
    List<Row> theirs = byId(folder.resolve("dp"));
    assertThat(ours).hasSize(13).hasSameSizeAs(theirs);
    for (int i = 0; i < ours.size(); i++) {
      assertThat(ours.get(i).<String>getAs("frame_id")).isEqualTo(theirs.get(i).getAs("frame_id"));
      for (String column : List.of("max_devi_f", "devi_e")) {
        double number = ours.get(i).getAs(column);
        assertThat(theirs.get(i).<Double>getAs(column)).isCloseTo(number, within(2e-6));
      }
    }
    terminal.succeed("export", dataset, "-o", folder.resolve("exported"));
    requireKnown(Systems.read(folder.resolve("exported")), 13);
  }

  private List<Row> byId(Path result) {
    return spark.read().parquet(result.toString()).orderBy("frame_id").collectAsList();
  }

  private static void requireKnown(List<Frame> found, int count) {
    Set<String> ids = new HashSet<>();
    for (Frame frame : found) {
      Frame expected = frames.get(FrameId.of(frame));
      assertThat(expected).as(frame.name()).isNotNull();
      assertThat(frame.fparam()).isEqualTo(expected.fparam());
      assertThat(frame.aparam()).isEqualTo(expected.aparam());
      ids.add(FrameId.of(frame));
    }
    assertThat(ids).hasSize(count);
  }

  /** {@code dp train} demands them of its data. */
  @Test
  void theLoopTrainsAndLabelsWithThem() throws IOException {
    Path simplify =
        Files.writeString(
            folder.resolve("simplify.json"),
            """
            {"type_map": ["Ag", "Au"], "pick_data": "%s", "init_pick_number": 5,
             "iter_pick_number": 4, "model_devi_f_trust_lo": 0.0, "model_devi_f_trust_hi": 100,
             "max_iter": 2, "numb_models": 1, "training_iter0_model_path": ["%s"],
             "training_init_model": true, "dp_train_skip_neighbor_stat": true,
             "fp_style": "d3", "fp_params": {"functional": "pbe", "damping": "zero"},
             "default_training_param": {%s "training": {"numb_steps": 2, "disp_freq": 1}}}
            """
                .formatted(pool, folder.resolve("models/0"), MODEL));
    Path machine =
        Files.writeString(
            folder.resolve("machine.json"),
            """
            {"train": {"engine": "dp", "backend": "local", "command": "OMP_NUM_THREADS=1 %s"},
             "model_devi": {"engine": "dp", "command": "%s"}, "fp": {}}
            """
                .formatted(dp, dp));
    Path run = folder.resolve("run");
    terminal.succeed("simplify", simplify, machine, "--workdir", run);
    requireKnown(Systems.read(run.resolve("result/data")), 9);
  }

  /** DP-GEN's key for an electronic temperature, which is a frame parameter to DeePMD-kit. */
  @Test
  void anElectronicTemperatureIsAFrameParameter() throws IOException {
    Path warm = Files.createDirectories(folder.resolve("warm/Ag4Au4"));
    List<Frame> some =
        Systems.read(Shared.repository().resolve("conf/ag-au/pbe/Ag4Au4")).subList(0, 9);
    try (NpySystemWriter writer =
        new NpySystemWriter(new LocalStorage(), warm.toString(), List.of("Ag", "Au"), 9)) {
      for (int i = 0; i < 9; i++) {
        Frame frame = some.get(i);
        double[] temperature = {300 + 1000.0 * i};
        writer.add(
            new Frame(
                "warm",
                i,
                frame.z(),
                frame.coord(),
                frame.cell(),
                frame.labels(),
                temperature,
                null));
      }
    }
    String text =
        """
        {"type_map": ["Ag", "Au"], "pick_data": "%s", "init_pick_number": 5, "use_ele_temp": 1,
         "iter_pick_number": 4, "model_devi_f_trust_lo": 0.0, "model_devi_f_trust_hi": 1e9,
         "max_iter": 1, "numb_models": 2, "training_iter0_model_path": [],
         "dp_train_skip_neighbor_stat": true, %s
         "default_training_param": {%s "training": {"numb_steps": 2, "disp_freq": 1}}}
        """;
    String model =
        MODEL
            .replace("\"numb_fparam\": 2, \"numb_aparam\": 1,", "")
            .replaceAll("\"trainable\": (false|\\[[^\\]]*\\])", "\"trainable\": true");
    Path simplify = folder.resolve("warm.json");
    Files.writeString(
        simplify, text.formatted(warm, "\"labeled\": true, \"fp_style\": \"none\",", model));
    Path machine =
        Files.writeString(
            folder.resolve("warm-machine.json"),
            """
            {"train": {"engine": "dp", "backend": "local", "command": "OMP_NUM_THREADS=1 %s"},
             "model_devi": {}, "fp": {}}
            """
                .formatted(dp));
    Path run = folder.resolve("warm-run");
    terminal.succeed("simplify", simplify, machine, "--workdir", run);
    Path trained = run.resolve("result/graph.000.pb");
    assertThat(ModelFiles.read(trained).fitting().extraInputs().fparamMean()).hasSize(1);
    assertThat(Systems.read(run.resolve("result/data")))
        .isNotEmpty()
        .allMatch(frame -> frame.fparam()[0] >= 300);
    assertThat(
            spark
                .read()
                .parquet(run.resolve("result/deviation.parquet").toString())
                .where("isnan(max_devi_f)")
                .count())
        .isZero();
    // calculations know nothing of it
    Files.writeString(
        simplify, text.formatted(warm, "\"fp_style\": \"pwscf\", \"fp_pp_files\": [],", model));
    assertThat(terminal.run("simplify", simplify, machine, "--dry-run")).isEqualTo(2);
    assertThat(terminal.err()).contains("use_ele_temp", "the one electronic temperature");
  }
}
