package org.dpsieve.cli;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Systems;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything with type names that are no elements: the built-in example with {@code Ag1} for silver
 * and {@code ZN} for gold, whose numbers must be those of the example itself.
 */
@Tag("slow")
class TypeNamesRunTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final Map<String, String> NAMES = Map.of("Ag", "Ag1", "Au", "ZN");
  private static final String ELEMENTS = "ZN=Au"; // not what its letters say

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();
  private Path plain;
  private Path named;

  /** Two small systems, as they are and with the names. */
  @BeforeEach
  void systems() throws IOException {
    plain = folder.resolve("plain/pool");
    named = folder.resolve("named/pool");
    for (String name : List.of("Ag4Au4", "Ag8")) {
      copy(EXAMPLE.resolve("pbe").resolve(name), plain.resolve(name));
      copy(EXAMPLE.resolve("pbe").resolve(name), named.resolve(name));
      Files.writeString(named.resolve(name).resolve("type_map.raw"), "Ag1\nZN\n");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  private Path model(int number) {
    Path copy = folder.resolve("models/%d/graph.pb".formatted(number));
    if (!Files.exists(copy)) {
      ModelFiles.writeMapped(original(number), List.of(), ElementMap.of(NAMES), copy);
    }
    return copy;
  }

  private static Path original(int number) {
    return EXAMPLE.resolve("models/%d/graph.pb".formatted(number));
  }

  private Dataset<Row> frames(Path dataset) {
    return FramesDataset.read(spark, dataset.toString()).orderBy("frame_id");
  }

  private static List<String> ids(Dataset<Row> frames) {
    return frames.collectAsList().stream().map(row -> row.<String>getAs("frame_id")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"deepmd/npy", "deepmd/hdf5", "extxyz"})
  void whatIsExportedHasTheNames(String format) throws IOException {
    Path dataset = folder.resolve("frames");
    terminal.succeed("import", "-s", named, "-o", dataset, "--elements", ELEMENTS);
    assertThat(terminal.out()).contains("type names: Ag1 = Ag (leading letters), ZN = Au (given)");
    assertThat(frames(dataset).select("formula").distinct().orderBy("formula").collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactly("(Ag1)4ZN4", "(Ag1)8");
    assertThat(Files.readString(dataset.resolve("_manifest.json")))
        .contains("\"elements\" : \"ZN=Au\"", "\"type_map\" : \"Ag1 ZN\"");

    Path exported = folder.resolve("exported");
    terminal.succeed("export", dataset, "-o", exported, "--format", format);
    if (format.equals("deepmd/npy")) {
      for (String file : List.of("type_map.raw", "type.raw", "set.000/coord.npy")) {
        assertThat(exported.resolve("Ag4Au4").resolve(file))
            .hasSameBinaryContentAs(named.resolve("Ag4Au4").resolve(file));
      }
    }
    Path again = folder.resolve("again");
    terminal.succeed("import", "-s", exported, "-o", again);
    assertThat(ids(frames(again))).isEqualTo(ids(frames(dataset))).hasSizeGreaterThan(100);
  }

  @Test
  void namesMakeOtherFramesAndMappingThemBackTheSame() throws IOException {
    Path dataset = folder.resolve("frames");
    terminal.succeed(
        "import", "-s", named, "-o", dataset, "--map", "Ag1=Ag,ZN=Au", "--elements", ELEMENTS);
    List<Frame> original = Systems.read(plain);
    assertThat(ids(frames(dataset)))
        .containsExactlyInAnyOrderElementsOf(original.stream().map(FrameId::of).toList())
        .doesNotContainAnyElementsOf(Systems.read(named).stream().map(FrameId::of).toList());
    // the same atoms with plainer names: labels hold
    assertThat(frames(dataset).where("energy IS NULL").count()).isZero();
  }

  @Test
  void elementsMayGetNames() throws IOException {
    Path dataset = folder.resolve("frames");
    terminal.succeed(
        "import", "-s", plain, "-o", dataset, "--map", "Ag=Ag1,Au=ZN", "--elements", ELEMENTS);
    assertThat(ids(frames(dataset)))
        .containsExactlyInAnyOrderElementsOf(
            Systems.read(named).stream().map(FrameId::of).toList());
    assertThat(frames(dataset).where("energy IS NULL").count()).isZero();
    assertThat(Files.readString(dataset.resolve("_manifest.json")))
        .contains("\"type_map\" : \"Ag1 ZN\"");
  }

  @Test
  void deviationsAreThoseOfTheElements() throws IOException {
    Path expected = folder.resolve("plain/out");
    Path found = folder.resolve("named/out");
    terminal.succeed("model-devi", "-s", plain, "-o", expected, "-m", original(0), original(1));
    terminal.succeed("model-devi", "-s", named, "-o", found, "-m", model(0), model(1));
    assertThat(Files.readString(found))
        .isEqualTo(Files.readString(expected).replace("plain/pool", "named/pool"));
  }

  @Test
  void aModelOfOtherNamesIsRefusedWithBothLists() {
    int code =
        terminal.run(
            "model-devi", "-s", named, "-o", folder.resolve("o"), "-m", original(0), original(1));
    assertThat(code).isEqualTo(2);
    assertThat(terminal.err())
        .contains(
            "type Ag1 of atom 0 is not in the models' type map [Ag, Au], nor is any other of the"
                + " data's types [Ag1, ZN]");
  }

  @Test
  void rescreenGoesByNamesAndSaysHowToLeaveThemOut() throws IOException {
    copy(plain.resolve("Ag8"), named.resolve("silver"));
    Path out = folder.resolve("out");
    Path all = folder.resolve("all");
    terminal.succeed("rescreen", "-m", model(0), model(1), "--frames", named, "-o", all);
    assertThat(terminal.err()).contains("(Ag1 ZN) do not know: Ag (120 frames)");
    assertThat(spark.read().parquet(all.toString()).where("isnan(max_devi_f)").count())
        .isEqualTo(120);
    String where = terminal.err().replaceAll("(?s).*--where \"([^\"]*)\".*", "$1");
    terminal.succeed(
        "rescreen",
        "-m",
        model(0),
        model(1),
        "--frames",
        named,
        "-o",
        out,
        "--where",
        where,
        "--f-lo",
        "0",
        "--f-hi",
        "100",
        "--pick",
        "20",
        "--strategy",
        "stratified");
    Path expected = folder.resolve("expected");
    terminal.succeed("rescreen", "-m", original(0), original(1), "--frames", plain, "-o", expected);
    assertThat(numbers(out)).isEqualTo(numbers(expected)).hasSizeGreaterThan(100);
    assertThat(Files.readString(folder.resolve("out.summary.tsv"))).contains("(Ag1)4ZN4\t8\t");

    terminal.succeed("export", folder.resolve("out.picks"), "-o", folder.resolve("picked"));
    assertThat(Systems.read(folder.resolve("picked")))
        .hasSize(20)
        .allMatch(frame -> List.of("Ag1", "ZN").containsAll(frame.types()));
  }

  private List<Row> numbers(Path screened) {
    return spark
        .read()
        .parquet(screened.toString())
        .orderBy("system", "index")
        .select("system", "index", "natoms", "max_devi_f", "max_devi_v", "devi_e")
        .collectAsList();
  }

  @Test
  void sqlGoesByNames() throws IOException {
    Dataset<Row> source = spark.read().format("deepmd").load(named.toString());
    source.createOrReplaceTempView("named_frames");
    spark.read().format("deepmd").load(plain.toString()).createOrReplaceTempView("plain_frames");
    String query =
        "SELECT system, index, model_devi('%s', z, coord, cell).max_devi_f AS d, dp_d3(z, coord,"
            + " cell).energy AS d3 FROM %s WHERE %s ORDER BY system, index";
    List<Row> found =
        spark
            .sql(
                query.formatted(
                    model(0).getParent().getParent() + "/*/graph.pb",
                    "named_frames",
                    "formula = '(Ag1)8'"))
            .collectAsList();
    List<Row> expected =
        spark.sql(query.formatted(original(0), "plain_frames", "formula = 'Ag8'")).collectAsList();
    assertThat(found).isEqualTo(expected).hasSizeGreaterThan(50);

    Path written = folder.resolve("written");
    source.where(col("index").lt(3)).write().format("deepmd").save(written.toString());
    assertThat(Systems.read(written))
        .hasSize(6)
        .allMatch(frame -> List.of("Ag1", "ZN").containsAll(frame.types()));
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () ->
                source
                    .drop("formula")
                    .write()
                    .format("deepmd")
                    .save(folder.resolve("no").toString()))
        .hasMessageContaining("no column formula, and z is negative");
  }

  @Test
  void dispersionIsOfTheElements() throws IOException {
    Path out = folder.resolve("d3");
    terminal.succeed("d3", "-s", named, "-o", out, "--elements", ELEMENTS);
    assertThat(terminal.out().split("type names:", -1)).hasSize(2); // once
    terminal.succeed("d3", "-s", plain, "-o", folder.resolve("expected"));
    for (String file : List.of("energy", "force", "virial")) {
      String name = "Ag4Au4/set.000/" + file + ".npy";
      assertThat(out.resolve(name))
          .hasSameBinaryContentAs(folder.resolve("expected").resolve(name));
    }
    assertThat(out.resolve("Ag4Au4/type_map.raw")).hasContent("Ag1\nZN\n");

    assertThat(terminal.run("d3", "-s", named, "-o", folder.resolve("x"), "--elements", "Zn=Au"))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("Zn=Au: Zn is an element itself");
    assertThat(terminal.run("d3", "-s", named, "-o", folder.resolve("x"), "--elements", "ZM=Au"))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("ZM is no type of", "its types: Ag1 ZN");
  }

  @Test
  void anElementIsAskedForWhereOneIsNeeded() throws IOException {
    for (String name : List.of("Ag4Au4", "Ag8")) {
      Files.writeString(named.resolve(name).resolve("type_map.raw"), "Type_0\nType_1\n");
    }
    terminal.succeed("import", "-s", named, "-o", folder.resolve("frames"));
    assertThat(terminal.out()).contains("Type_0 of no element, Type_1 of no element");
    assertThat(terminal.run("d3", "-s", named, "-o", folder.resolve("d3"))).isEqualTo(2);
    assertThat(terminal.err())
        .contains("no element is known of type Type_0", "--elements Type_0=ELEMENT");
    assertThat(folder.resolve("d3")).doesNotExist();
  }

  @Test
  void transferSolvesForTheSameLayer() throws IOException {
    Path found = folder.resolve("named.pb");
    Path expected = folder.resolve("plain.pb");
    terminal.succeed("transfer", "-m", model(0), "-s", named, "-o", found, "--ridge", "0.1");
    terminal.succeed("transfer", "-m", original(0), "-s", plain, "-o", expected, "--ridge", "0.1");
    // sums go by frame ids, which the names change: rounding differs, little where labels are
    List<Frame> frames = Systems.read(plain);
    List<Frame> others = Systems.read(named);
    try (Ensemble solved = Ensemble.of(List.of(ModelFiles.read(found)));
        Ensemble reference = Ensemble.of(List.of(ModelFiles.read(expected)))) {
      List<Prediction[]> predicted = solved.evaluate(others);
      List<Prediction[]> wanted = reference.evaluate(frames);
      for (int i = 0; i < frames.size(); i++) {
        assertThat(predicted.get(i)[0].energy()).isCloseTo(wanted.get(i)[0].energy(), within(1e-4));
        assertThat(predicted.get(i)[0].force())
            .containsExactly(wanted.get(i)[0].force(), within(2e-4));
      }
    }
  }

  @Test
  void evalTakesAndGivesNames() throws IOException {
    Path json = folder.resolve("frames.json");
    String frame = "{\"frames\": [{\"elements\": [\"%s\", \"%s\"], \"coord\": [0,0,0,2.5,0.3,0]}]}";
    Files.writeString(json, frame.formatted("ZN", "Ag1"));
    terminal.succeed("eval", "-m", model(0), "--json", json, "-o", folder.resolve("named.json"));
    Files.writeString(json, frame.formatted("Au", "Ag"));
    terminal.succeed("eval", "-m", original(0), "--json", json, "-o", folder.resolve("plain.json"));
    JsonNode found = evaluated("named.json");
    assertThat(found.path("elements").toString()).isEqualTo("[\"ZN\",\"Ag1\"]");
    assertThat(found.path("models")).isEqualTo(evaluated("plain.json").path("models"));
  }

  private JsonNode evaluated(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile()).path("frames").get(0);
  }

  /** A parameter file of the example with names. */
  private Path simplify(String more) throws IOException {
    for (int m = 0; m < 2; m++) {
      model(m);
    }
    Path file = SmallRun.simplify(folder.resolve("simplify.json"), 15, "@more@", "Ag8");
    return Files.writeString(
        file,
        Files.readString(file)
            .replace("\"Ag\"", "\"Ag1\"")
            .replace("\"Au\"", "\"ZN\"")
            .replace("@more@", more)
            .replaceAll("\"pick_data\":\\s*\\[[^\\]]*\\]", "\"pick_data\": \"named/pool\"")
            .replaceAll("(\"training_iter0_model_path\":\\s*)\"[^\"]*\"", "$1\"models/[01]\""));
  }

  @Test
  void aLabelledPoolRunsToItsEnd() throws IOException {
    Path file = simplify("\"max_iter\": 2");
    Files.writeString(
        file, Files.readString(file).replace("\"labeled\": false", "\"labeled\": true"));
    Path workdir = folder.resolve("run");
    terminal.succeed("simplify", file, SmallRun.machine(), "--workdir", workdir);
    assertTheResultHasTheNames(workdir);
    assertThat(workdir.resolve("report.html")).content().contains("(Ag1)4ZN4");
    terminal.succeed("status", workdir);
  }

  private void assertTheResultHasTheNames(Path workdir) throws IOException {
    List<Frame> labelled = Systems.read(workdir.resolve("result/data"));
    assertThat(labelled)
        .hasSizeGreaterThan(15)
        .allMatch(frame -> List.of("Ag1", "ZN").containsAll(frame.types()));
    try (Stream<Path> systems = Files.list(workdir.resolve("result/data"))) {
      assertThat(systems.map(system -> system.getFileName().toString()).toList())
          .isSubsetOf("(Ag1)4ZN4", "(Ag1)8ZN0");
    }
    assertThat(workdir.resolve("result/summary.json")).content().contains("\"Ag1-ZN\"");
    assertThat(ModelFiles.read(workdir.resolve("result/graph.000.pb")).typeMap())
        .containsExactly("Ag1", "ZN");
  }

  @Test
  void aRunAddsDispersionOfTheGivenElements() throws IOException {
    Path file = simplify("\"max_iter\": 1, \"elements\": {\"ZN\": \"Au\"}");
    Path workdir = folder.resolve("run");
    terminal.succeed("simplify", file, SmallRun.machine(), "--workdir", workdir);
    assertThat(terminal.said()).contains("Ag1 = Ag (leading letters), ZN = Au (given)");
    terminal.succeed("d3", "-s", plain, "-o", folder.resolve("d3"));
    List<Double> energies =
        Systems.read(folder.resolve("d3")).stream().map(frame -> frame.labels().energy()).toList();
    assertThat(Systems.read(workdir.resolve("result/data")))
        .isNotEmpty()
        .allMatch(frame -> energies.contains(frame.labels().energy()));
  }

  @Test
  void tasksOfVaspHaveTheElements() throws IOException {
    Path inputs = Files.createDirectory(folder.resolve("vasp_input"));
    Files.writeString(inputs.resolve("INCAR"), "ENCUT = 400\nKSPACING = 0.3\nKGAMMA = .TRUE.\n");
    Files.writeString(inputs.resolve("POTCAR_Ag"), "   TITEL  = PAW_PBE Ag 02Apr2005\n");
    Files.writeString(inputs.resolve("POTCAR_Au"), "   TITEL  = PAW_PBE Au 22Jun2005\n");
    Path file = simplify("\"max_iter\": 1, \"elements\": {\"ZN\": \"Au\"}");
    Files.writeString(
        file,
        Files.readString(file)
            .replaceAll(
                "\"fp_style\":\\s*\"d3\"",
                "\"fp_style\": \"vasp\", \"fp_pp_path\": \"vasp_input\","
                    + " \"fp_pp_files\": [\"POTCAR_Ag\", \"POTCAR_Au\"],"
                    + " \"fp_incar\": \"vasp_input/INCAR\""));
    Path machine = folder.resolve("machine.json");
    Files.writeString(machine, "{\"train\": {\"engine\": \"output-layer\"}}");
    Path workdir = folder.resolve("run");
    assertThat(terminal.run("simplify", file, machine, "--workdir", workdir))
        .as(terminal.said())
        .isEqualTo(4);
    Path task = workdir.resolve("iter.000000/02.fp/task.000.000000");
    assertThat(Files.readAllLines(task.resolve("POSCAR")).get(5)).isEqualTo("Ag Au ");
    assertThat(task.resolve("POTCAR")).content().contains("PAW_PBE Ag", "PAW_PBE Au");

    Files.writeString(file, Files.readString(file).replace("\"ZN\": \"Au\"", "\"_\": \"\""));
    assertThat(terminal.run("simplify", file, machine, "--dry-run")).isEqualTo(2);
    assertThat(terminal.err()).contains("POTCAR_Au is a POTCAR of Au, expected one of Zn");
  }

  /** DeePMD-kit goes by names itself. */
  @Test
  @Tag("peer")
  void theProgramGivesTheSameDeviations() throws IOException {
    DeepmdKit.dp();
    Path expected = folder.resolve("expected");
    terminal.succeed("model-devi", "-s", named, "-o", expected, "-m", model(0), model(1));
    Path found = folder.resolve("found");
    terminal.succeed(
        "model-devi", "--engine", "dp", "-s", named, "-o", found, "-m", model(0), model(1));
    List<String> wanted = Files.readAllLines(expected);
    List<String> lines = Files.readAllLines(found);
    assertThat(lines).hasSameSizeAs(wanted);
    for (int i = 0; i < lines.size(); i++) {
      if (wanted.get(i).startsWith("#")) {
        assertThat(lines.get(i)).isEqualTo(wanted.get(i));
        continue;
      }
      String[] numbers = wanted.get(i).strip().split(" +");
      for (int k = 0; k < numbers.length; k++) {
        double number = Double.parseDouble(numbers[k]);
        assertThat(Double.parseDouble(lines.get(i).strip().split(" +")[k]))
            .isCloseTo(number, within(2e-6 * Math.abs(number) + 1e-9));
      }
    }
  }

  @Test
  void aStudyIsMadeOfThem() {
    terminal.succeed(
        "study",
        "-m",
        model(0),
        "-s",
        named.resolve("Ag8"),
        "-o",
        folder.resolve("study"),
        "--seeds",
        "1",
        "--budgets",
        "5",
        "--reference",
        "5",
        "--strategies",
        "random",
        "--ridge",
        "0.1");
    assertThat(folder.resolve("study/table.md")).isNotEmptyFile();
  }

  @Test
  void queriesTakeNamesAndTheirNumbers() {
    spark.read().format("deepmd").load(named.toString()).createOrReplaceTempView("named");
    String energy = "SELECT dp_energy('%s', %s, coord, cell) FROM named WHERE formula = '(Ag1)8'";
    List<Row> expected = spark.sql(energy.formatted(model(0), "z")).collectAsList();
    assertThat(expected).isNotEmpty();
    assertThat(spark.sql(energy.formatted(model(0), "array_repeat('Ag1', 8)")).collectAsList())
        .isEqualTo(expected);
    spark.read().format("deepmd").load(plain.toString()).createOrReplaceTempView("plain");
    String plainly = energy.replace("named", "plain").replace("(Ag1)8", "Ag8");
    assertThat(spark.sql(plainly.formatted(original(0), "z")).collectAsList())
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}
