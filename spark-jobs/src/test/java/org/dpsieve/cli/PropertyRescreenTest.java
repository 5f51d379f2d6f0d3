package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.RegularFile;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.MadeLibrary;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** rescreen --property. */
class PropertyRescreenTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final Property PULL = Property.of("pull:intensive");
  private static final List<String> SYSTEMS = List.of("Ag4Au4", "Ag8", "Au8");
  private static final int EACH = 20;

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static List<Path> models;
  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  /** Two models of two numbers: what an atom is bound by, and the first atom's share of forces. */
  @BeforeAll
  static void train() throws IOException {
    for (String name : SYSTEMS) {
      Path target = shared.resolve("labelled").resolve(name);
      try (NpySystemWriter writer =
          new NpySystemWriter(new LocalStorage(), target.toString(), List.of("Ag", "Au"), EACH)) {
        for (Frame frame : DeepmdSystems.readNpy(EXAMPLE.resolve("pbe/" + name)).subList(0, EACH)) {
          double[] value = {
            frame.labels().energy() / frame.atomCount(), Math.abs(frame.labels().force()[0])
          };
          writer.add(frame.withProperties(Map.of(PULL, value)));
        }
      }
    }
    models = List.of(shared.resolve("0.dp"), shared.resolve("1.dp"));
    Terminal terminal = new Terminal();
    for (int m = 0; m < 2; m++) {
      int code =
          terminal.run(
              "transfer",
              "-m",
              EXAMPLE.resolve("models/%d/graph.pb".formatted(m)),
              "--property",
              PULL,
              "--basis",
              "hidden",
              "-s",
              shared.resolve("labelled"),
              "-o",
              models.get(m));
      assertThat(code).as(terminal::said).isZero();
    }
  }

  private int run(Object frames, Object output, Object... more) {
    List<Object> all = new ArrayList<>(List.of("rescreen", "-m"));
    all.addAll(models);
    all.addAll(List.of("--property", "pull", "--frames", frames, "-o", output));
    all.addAll(List.of(more));
    terminal.clear();
    return terminal.run(all.toArray());
  }

  private Dataset<Row> rescreen(Object frames, String output, Object... more) {
    assertThat(run(frames, folder.resolve(output), more)).as(terminal::said).isZero();
    return spark.read().parquet(folder.resolve(output).toString());
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.drop("system").collectAsList().stream().map(Row::toString).sorted().toList();
  }

  private static Map<String, String> content(Path folder) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> found.put(file.getFileName().toString(), RegularFile.sha256(file)));
    }
    return found;
  }

  @Test
  void deviationAndValueOfEveryFrameFromEverySource() throws IOException {
    Path tree = shared.resolve("labelled");
    Dataset<Row> rows =
        rescreen(tree, "out", "--p-lo", 1e-4, "--p-hi", 10, "--pick", 4, "--strategy", "deviation");
    assertThat(rows.columns())
        .containsExactly(
            "frame_id",
            "system",
            "index",
            "formula",
            "natoms",
            "max_devi_p",
            "min_devi_p",
            "avg_devi_p",
            "pull");
    assertThat(rows.count()).isEqualTo(SYSTEMS.size() * EACH);
    PropertyEnsemble ensemble =
        PropertyEnsemble.of(
            models.stream().map(model -> ModelFiles.readProperty(model, List.of())).toList());
    List<Frame> frames = DeepmdSystems.readNpy(tree.resolve("Ag8"));
    List<PropertyPrediction[]> said = ensemble.evaluate(frames);
    for (Row row : rows.where("formula = 'Ag8'").collectAsList()) {
      PropertyPrediction[] two = said.get(row.<Integer>getAs("index"));
      double largest = 0;
      double sum = 0;
      for (int c = 0; c < 2; c++) {
        double half = Math.abs(two[0].value()[c] - two[1].value()[c]) / 2;
        largest = Math.max(largest, half);
        sum += half;
        assertThat(row.<Double>getList(8).get(c))
            .isCloseTo((two[0].value()[c] + two[1].value()[c]) / 2, within(1e-12));
      }
      assertThat(row.getDouble(5)).isCloseTo(largest, within(1e-12));
      assertThat(row.getDouble(6)).isCloseTo(sum - largest, within(1e-12));
      assertThat(row.getDouble(7)).isCloseTo(sum / 2, within(1e-12));
    }
    assertThat(terminal.out()).contains("max_devi_p:", "4 candidates picked (deviation)");
    assertThat(Files.readString(folder.resolve("out.summary.tsv")))
        .startsWith("formula\tnatoms\tframes\taccurate\tcandidate\tfailed\tmax_devi_p_50\t");
    List<Double> picked =
        spark.read().parquet(folder.resolve("out.picks").toString()).collectAsList().stream()
            .map(row -> row.<Double>getAs("max_devi_p"))
            .sorted()
            .toList();
    List<Double> all = rows.collectAsList().stream().map(row -> row.getDouble(5)).sorted().toList();
    assertThat(picked).isEqualTo(all.subList(all.size() - 4, all.size()));

    Path dataset = folder.resolve("frames.parquet");
    assertThat(terminal.run("import", "-s", tree, "-o", dataset, "--property", PULL))
        .as(terminal::said)
        .isZero();
    assertThat(texts(rescreen(dataset, "of-dataset"))).isEqualTo(texts(rows));
    Path extxyz = folder.resolve("xyz/all.extxyz");
    Files.createDirectories(extxyz.getParent());
    assertThat(terminal.run("export", dataset, "-o", extxyz, "--format", "extxyz"))
        .as(terminal::said)
        .isZero();
    // its coordinates are decimal
    assertThat(rescreen(extxyz.getParent(), "of-extxyz").count()).isEqualTo(rows.count());
    Path table = folder.resolve("table");
    MadeLibrary.lemat(spark, MadeLibrary.frames(spark, tree.resolve("Ag8"), EACH))
        .write()
        .parquet(table.toString());
    terminal.clear();
    List<Object> call = new ArrayList<>(List.of("rescreen", "-m"));
    call.addAll(models);
    call.addAll(List.of("--property", "pull", "--table", table, "--mapping", "lemat-traj"));
    call.addAll(List.of("-o", folder.resolve("of-table")));
    call.addAll(List.of("--output-table", folder.resolve("as-table")));
    for (int again = 0; again < 2; again++) { // the second time it replaces a result
      assertThat(terminal.run(call.toArray())).as(terminal::said).isZero();
    }
    assertThat(spark.read().parquet(folder.resolve("as-table").toString()).columns())
        .contains("avg_devi_p", "pull");
  }

  /** What a sample has evaluated is taken over, the values of the property too. */
  @Test
  void whatIsKnownIsNotEvaluatedAgain() throws IOException {
    Path tree = shared.resolve("labelled");
    rescreen(tree, "whole");
    rescreen(tree, "twice", "--sample", 0.4, "--p-lo", 1e-4, "--p-hi", 10);
    long some = spark.read().parquet(folder.resolve("twice").toString()).count();
    assertThat(some).isBetween(5L, 55L);
    assertThat(terminal.out()).contains("candidates among all 60 frames: about");
    rescreen(tree, "twice");
    assertThat(terminal.err()).contains("evaluated: %d frames".formatted(60 - some));
    assertThat(content(folder.resolve("twice"))).isEqualTo(content(folder.resolve("whole")));
    rescreen(tree, "twice");
    assertThat(terminal.err()).doesNotContain("evaluated");
  }

  /** The newest models of a run, with what they know of their errors. */
  @Test
  void ofARunWithItsErrors() throws IOException {
    Path parameters =
        Files.writeString(
            folder.resolve("simplify.json"),
            """
            {"type_map": ["Ag", "Au"], "pick_data": "%s", "property": "pull:intensive",
             "numb_models": 2, "training_iter0_model_path": "%s/models/[01]",
             "property_basis": "hidden", "seed": 1, "labeled": true,
             "init_pick_number": 20, "iter_pick_number": 1, "max_iter": 1,
             "model_devi_p_trust_lo": 0.001, "model_devi_p_trust_hi": 10}
            """
                .formatted(shared.resolve("labelled"), EXAMPLE));
    Path run = folder.resolve("run");
    SmallRun.run(parameters, EXAMPLE.resolve("machine.json"), run, () -> {});
    terminal.clear();
    Path out = folder.resolve("sigma");
    Object[] call = {"rescreen", "--run", run, "--frames", shared.resolve("labelled"), "-o", out};
    assertThat(terminal.run(call)).isEqualTo(2);
    assertThat(terminal.said())
        .contains("is a run for the property pull:intensive; rescreen --run RUN --property pull");
    List<Object> asked = new ArrayList<>(List.of(call));
    asked.addAll(List.of("--property", "pull"));
    assertThat(terminal.run(asked.toArray())).as(terminal::said).isZero();
    Dataset<Row> rows = spark.read().parquet(out.toString());
    assertThat(rows.columns()).endsWith("avg_devi_p", "sigma_p", "rms_sigma_p", "pull");
    Map<String, Row> known = new TreeMap<>();
    spark
        .read()
        .parquet(run.resolve("result/deviation.parquet").toString())
        .collectAsList()
        .forEach(row -> known.put(row.getAs("frame_id"), row));
    assertThat(known).isNotEmpty();
    long compared = 0;
    for (Row row : rows.collectAsList()) {
      Row own = known.get(row.<String>getAs("frame_id"));
      if (own != null) {
        for (String column : List.of("max_devi_p", "sigma_p", "rms_sigma_p")) {
          assertThat(row.<Double>getAs(column)).isEqualTo(own.<Double>getAs(column));
        }
        compared++;
      }
    }
    assertThat(compared).isEqualTo(known.size());
  }

  private void refused(String message, Object... more) {
    assertThat(run(shared.resolve("labelled"), folder.resolve("o"), more)).isEqualTo(2);
    assertThat(terminal.said()).contains(message);
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void saysWhatDoesNotFit() {
    refused("--f-lo and --f-hi are levels of forces", "--f-lo", 0.1, "--f-hi", 0.2);
    refused("--p-lo and --p-hi belong together", "--p-lo", 0.1);
    refused("expected p-lo below p-hi", "--p-lo", 2, "--p-hi", 1);
    refused("--pick needs --p-lo and --p-hi", "--pick", 3);
    refused(
        "--strategy diverse compares frames by features",
        "--p-lo",
        0.1,
        "--p-hi",
        1,
        "--pick",
        3,
        "--strategy",
        "diverse");
    refused("--property goes with --precision float64 alone", "--precision", "float32");
    refused("--posteriors are of models of energies", "--posteriors", "x.npy");
    terminal.clear();
    assertThat(
            terminal.run(
                "rescreen",
                "-m",
                models.get(0),
                "--property",
                "band_gap",
                "--frames",
                shared.resolve("labelled"),
                "-o",
                folder.resolve("o")))
        .isEqualTo(2);
    assertThat(terminal.said()).contains("--property band_gap: the models are of pull:intensive");
    terminal.clear();
    assertThat(
            terminal.run(
                "rescreen",
                "-m",
                EXAMPLE.resolve("models/0/graph.pb"),
                "--frames",
                shared.resolve("labelled"),
                "-o",
                folder.resolve("o"),
                "--p-lo",
                1,
                "--p-hi",
                2))
        .isEqualTo(2);
    assertThat(terminal.said()).contains("--p-lo and --p-hi go with --property");
  }

  /** Beside silver, half as many frames of copper. */
  private Path withCopper() throws IOException {
    Path mixed = folder.resolve("mixed");
    for (String type : List.of("Ag", "Cu")) {
      try (NpySystemWriter writer =
          new NpySystemWriter(
              new LocalStorage(), mixed.resolve(type).toString(), List.of(type), EACH)) {
        int z = type.equals("Ag") ? 47 : 29;
        List<Frame> frames = DeepmdSystems.readNpy(EXAMPLE.resolve("pbe/Ag8"));
        for (Frame frame : frames.subList(0, type.equals("Ag") ? EACH : EACH / 2)) {
          int[] atoms = new int[frame.atomCount()];
          Arrays.fill(atoms, z);
          writer.add(
              new Frame(type, frame.index(), atoms, frame.coord(), frame.cell(), frame.labels()));
        }
      }
    }
    return mixed;
  }

  private void requireCopperWithoutNumbers(Dataset<Row> rows) {
    assertThat(terminal.err())
        .contains("10 of 30 frames hold types that the models (Ag Au) do not know: Cu (10 frames)")
        .contains("warning: Frame Cu#0: type Cu is ", "10 frames could not be evaluated");
    assertThat(rows.where("isnan(max_devi_p)").select("formula").distinct().collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactly("Cu8");
    assertThat(rows.where("isnan(max_devi_p) AND isnan(pull[0]) AND size(pull) = 2").count())
        .isEqualTo(10);
    assertThat(rows.where("NOT isnan(max_devi_p)").count()).isEqualTo(EACH);
  }

  @Test
  void framesOfAnUnknownTypeHaveNoNumbers() throws IOException {
    requireCopperWithoutNumbers(rescreen(withCopper(), "copper"));
  }

  @Test
  @Tag("peer")
  void evaluatedByDeepmdKitItIsTheSame() throws IOException {
    DeepmdKit.dp();
    Dataset<Row> ours = rescreen(shared.resolve("labelled/Ag8"), "ours");
    Dataset<Row> theirs = rescreen(shared.resolve("labelled/Ag8"), "theirs", "--engine", "dp");
    Map<String, Row> known = new TreeMap<>();
    ours.collectAsList().forEach(row -> known.put(row.getAs("frame_id"), row));
    assertThat(theirs.count()).isEqualTo(known.size());
    for (Row row : theirs.collectAsList()) {
      Row own = known.get(row.<String>getAs("frame_id"));
      assertThat(row.<Double>getAs("max_devi_p"))
          .isCloseTo(own.<Double>getAs("max_devi_p"), within(1e-9));
      for (int c = 0; c < 2; c++) {
        assertThat(row.<Double>getList(8).get(c))
            .isCloseTo(own.<Double>getList(8).get(c), within(1e-9));
      }
    }
    assertThat(run(shared.resolve("labelled"), folder.resolve("theirs"))).isEqualTo(2);
    assertThat(terminal.said()).contains("holds the deviation by other models");
    requireCopperWithoutNumbers(rescreen(withCopper(), "copper", "--engine", "dp"));
  }
}
