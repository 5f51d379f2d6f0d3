package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.model.format.proto.GraphDef;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Programs;
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
 * Models without a type map, as old programs wrote them: the built-in ones without theirs, on the
 * built-in frames with silver called Au and gold called Ag. So the order of types is not that of
 * atomic numbers, and who takes that order has the two swapped.
 */
@Tag("slow")
class UnnamedTypesTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final String ORDER = "Au,Ag";

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();
  private Path pool;

  @BeforeEach
  void pool() throws IOException {
    pool = folder.resolve("pool");
    for (String name : List.of("Ag4Au4", "Ag8")) {
      Path from = EXAMPLE.resolve("pbe").resolve(name);
      try (Stream<Path> paths = Files.walk(from)) {
        for (Path path : paths.filter(Files::isRegularFile).toList()) {
          Path target = pool.resolve(name).resolve(from.relativize(path).toString());
          Files.createDirectories(target.getParent());
          Files.copy(path, target);
        }
      }
      Files.writeString(pool.resolve(name).resolve("type_map.raw"), "Au\nAg\n");
    }
  }

  /** Without a type map. */
  private Path unnamed(int number) throws IOException {
    Path copy = folder.resolve("unnamed/%d/graph.pb".formatted(number));
    GraphDef.Builder graph = GraphDef.parseFrom(Files.readAllBytes(original(number))).toBuilder();
    for (NodeDef.Builder node : graph.getNodeBuilderList()) {
      if (node.getName().equals("model_attr/tmap")) {
        node.putAttr(
            "value",
            node.getAttrOrThrow("value").toBuilder()
                .setTensor(
                    node.getAttrOrThrow("value").getTensor().toBuilder()
                        .clearStringVal()
                        .addStringVal(ByteString.EMPTY))
                .build());
      }
    }
    Files.createDirectories(copy.getParent());
    return Files.write(copy, graph.build().toByteArray());
  }

  /** With the names of the frames. */
  private Path named(int number) {
    Path copy = folder.resolve("named/%d/graph.pb".formatted(number));
    ModelFiles.writeMapped(
        original(number), List.of(), ElementMap.of(Map.of("Ag", "Au", "Au", "Ag")), copy);
    return copy;
  }

  private static Path original(int number) {
    return EXAMPLE.resolve("models/%d/graph.pb".formatted(number));
  }

  private static List<double[]> numbers(Path text) throws IOException {
    return Files.readAllLines(text).stream()
        .filter(line -> !line.startsWith("#"))
        .map(
            line ->
                Arrays.stream(line.strip().split(" +")).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  private static void assertSame(List<double[]> found, List<double[]> expected) {
    assertThat(found).hasSameSizeAs(expected).isNotEmpty();
    for (int i = 0; i < found.size(); i++) {
      for (int k = 0; k < found.get(i).length; k++) {
        double number = expected.get(i)[k];
        assertThat(found.get(i)[k]).isCloseTo(number, within(2e-6 * Math.abs(number) + 1e-9));
      }
    }
  }

  private Path byDeepmdKit(Object... models) throws IOException, InterruptedException {
    Path out = folder.resolve("dp.out");
    Files.deleteIfExists(out);
    List<String> command = new ArrayList<>(List.of(DeepmdKit.dp().toString(), "model-devi", "-m"));
    Stream.of(models).map(Object::toString).forEach(command::add);
    command.addAll(List.of("-s", pool.toString(), "-o", out.toString()));
    assertThat(Programs.run(folder, "log", command)).isZero();
    return out;
  }

  /** Whose number is whose element the frames' own type map says, as for dp, or a person. */
  @ParameterizedTest
  @ValueSource(strings = {"jvm", "dp"})
  @Tag("peer")
  void deviationsAreThoseOfDeepmdKit(String engine) throws IOException, InterruptedException {
    Path a = unnamed(0);
    Path b = unnamed(1);
    List<double[]> expected = numbers(byDeepmdKit(a, b));
    Path out = folder.resolve("out");
    terminal.succeed("model-devi", "--engine", engine, "-m", a, b, "-s", pool, "-o", out);
    assertSame(numbers(out), expected);
    assertThat(Files.readAllLines(out).get(1))
        .isEqualTo(Files.readAllLines(folder.resolve("dp.out")).get(1));
    Path told = folder.resolve("told");
    terminal.succeed(
        "model-devi", "--engine", engine, "-m", a, b, "--type-map", ORDER, "-s", pool, "-o", told);
    assertSame(numbers(told), expected);
    // models that name theirs
    Path byName = folder.resolve("byName");
    terminal.succeed(
        "model-devi", "--engine", engine, "-m", named(0), named(1), "-s", pool, "-o", byName);
    assertSame(numbers(byName), expected);

    // an extxyz file has names and no order of them
    Path xyz = folder.resolve("xyz");
    terminal.succeed("export", dataset(), "-o", xyz, "--format", "extxyz");
    assertThat(
            terminal.run(
                "model-devi", "--engine", engine, "-m", a, b, "-s", xyz, "-o", folder.resolve("x")))
        .isEqualTo(2);
    assertThat(terminal.err()).contains(a + ": does not say", "--type-map");
    assertThat(folder.resolve("x")).doesNotExist();
    Path fromText = folder.resolve("fromText");
    terminal.succeed(
        "model-devi",
        "--engine",
        engine,
        "-m",
        a,
        b,
        "--type-map",
        ORDER,
        "-s",
        xyz,
        "-o",
        fromText);
    assertThat(numbers(fromText)).hasSameSizeAs(expected);
  }

  private Path dataset() {
    Path frames = folder.resolve("frames.parquet");
    if (!Files.exists(frames)) {
      terminal.succeed("import", "-s", pool, "-o", frames);
    }
    return frames;
  }

  @Test
  @Tag("peer")
  void rescreenByTheProgramTakesTheOrderGiven() throws IOException {
    DeepmdKit.dp();
    Path a = unnamed(0);
    Path b = unnamed(1);
    Path out = folder.resolve("screened");
    Object[] command = {
      "rescreen", "--engine", "dp", "-m", a, b, "--frames", pool, "--where", "index < 5", "-o", out
    };
    assertThat(terminal.run(command)).isEqualTo(2);
    assertThat(terminal.err()).contains(a + ": does not say", "--type-map");
    Object[] told = Arrays.copyOf(command, command.length + 2);
    told[command.length] = "--type-map";
    told[command.length + 1] = ORDER;
    terminal.succeed(told);
    // a third type has no number in a model of two
    told[command.length + 1] = ORDER + ",Cu";
    assertThat(terminal.run(told)).isEqualTo(2);
    assertThat(terminal.err()).contains(a + ": has 2 types and names none", "names 3 (Au Ag Cu)");
    told[command.length + 1] = "Zn,Cu";
    told[command.length - 1] = folder.resolve("other"); // what is there was screened in ORDER
    assertThat(terminal.run(told)).isEqualTo(2);
    assertThat(terminal.err()).contains("do not know: Ag");
    Path expected = folder.resolve("expected");
    terminal.succeed(
        "rescreen",
        "-m",
        named(0),
        named(1),
        "--frames",
        pool,
        "--where",
        "index < 5",
        "-o",
        expected);
    assertSame(rows(out), rows(expected));
  }

  private List<double[]> rows(Path screened) {
    return spark
        .read()
        .parquet(screened.toString())
        .orderBy("frame_id")
        .select("max_devi_v", "max_devi_f", "avg_devi_f", "devi_e")
        .collectAsList()
        .stream()
        .map(
            row ->
                new double[] {
                  row.getDouble(0), row.getDouble(1), row.getDouble(2), row.getDouble(3)
                })
        .toList();
  }

  @Test
  void transferAndStudyTakeThem() throws IOException {
    Path model = unnamed(0);
    Path found = folder.resolve("found.pb");
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("transfer", "-m", model, "-s", pool, "-o", found),
            List.of("study", "-m", model, "-s", pool, "-o", found, "--strategies", "random"))) {
      assertThat(terminal.run(command.toArray())).isEqualTo(2);
      assertThat(terminal.err()).contains(model + ": does not say", "--type-map");
      assertThat(found).doesNotExist();
      terminal.clear();
    }
    terminal.succeed(
        "transfer", "-m", model, "--type-map", ORDER, "-s", pool, "-o", found, "--ridge", "0.1");
    Path expected = folder.resolve("expected.pb");
    terminal.succeed("transfer", "-m", named(0), "-s", pool, "-o", expected, "--ridge", "0.1");
    assertThat(
            ModelFiles.read(found, List.of("Au", "Ag"))
                .fitting()
                .networks()[1]
                .outputLayer()
                .weight())
        .isEqualTo(ModelFiles.read(expected).fitting().networks()[1].outputLayer().weight());
    terminal.succeed(
        "study",
        "-m",
        model,
        "--type-map",
        ORDER,
        "-s",
        pool.resolve("Ag8"),
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
  @Tag("peer")
  void aRunTakesThemFromItsParameterFile() throws IOException {
    for (int m = 0; m < 2; m++) {
      unnamed(m);
      named(m);
    }
    Path named = run("named", "jvm");
    for (String engine : List.of("jvm", "dp")) {
      Path unnamed = run("unnamed", engine);
      assertThat(Systems.read(unnamed.resolve("result/data")))
          .usingRecursiveFieldByFieldElementComparator()
          .isEqualTo(Systems.read(named.resolve("result/data")));
      assertThat(picks(unnamed)).isEqualTo(picks(named));
    }
    Path unnamed = folder.resolve("run-unnamed-jvm");
    String page = Files.readString(unnamed.resolve("report.html"));
    assertThat(page).doesNotContain("does not say which elements");
    terminal.succeed("report", unnamed);
    terminal.succeed("status", unnamed);
  }

  private Path run(String models, String engine) throws IOException {
    Path machine =
        Files.writeString(
            folder.resolve("machine.json"),
            "{\"train\": {\"engine\": \"output-layer\"}, \"model_devi\": {\"engine\": \"%s\", \"command\": \"%s\"}}"
                .formatted(engine, engine.equals("dp") ? DeepmdKit.dp() : "dp"));
    Path file = SmallRun.simplify(folder.resolve(models + ".json"), 15, "\"max_iter\": 1", "Ag8");
    Files.writeString(
        file,
        Files.readString(file)
            .replaceAll("\"type_map\":\\s*\\[[^\\]]*\\]", "\"type_map\": [\"Au\", \"Ag\"]")
            .replaceAll("\"pick_data\":\\s*\\[[^\\]]*\\]", "\"pick_data\": \"pool\"")
            .replaceAll(
                "(\"training_iter0_model_path\":\\s*)\"[^\"]*\"",
                "$1\"%s/[0-1]\"".formatted(models)));
    Path run = folder.resolve("run-" + models + "-" + engine);
    terminal.succeed("simplify", file, machine, "--workdir", run);
    return run;
  }

  private List<String> picks(Path run) {
    return spark
        .read()
        .parquet(run.resolve("iter.000000/01.model_devi/picks.parquet").toString())
        .orderBy("frame_id")
        .collectAsList()
        .stream()
        .map(Row::toString)
        .toList();
  }

  @Test
  void queriesTakeThemFromTheSession() throws IOException {
    Path model = unnamed(0);
    spark.read().format("deepmd").load(pool.toString()).createOrReplaceTempView("swapped");
    String query = "SELECT dp_energy('%s', z, coord, cell) AS e FROM swapped ORDER BY frame_id";
    assertThatThrownBy(() -> spark.sql(query.formatted(model)).collectAsList())
        .hasMessageContaining("dpsieve.typeMap");
    spark.sql("SET dpsieve.typeMap = Au, Ag");
    try {
      assertThat(spark.sql(query.formatted(model)).collectAsList())
          .isEqualTo(spark.sql(query.formatted(named(0))).collectAsList());
    } finally {
      spark.conf().unset("dpsieve.typeMap");
    }
  }
}
