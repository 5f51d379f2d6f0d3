package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SinglePrecision;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** rescreen as a command, over the built-in pool. */
@Tag("slow")
class RescreenCommandTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final List<Path> MODELS =
      Stream.of("0", "1").map(m -> EXAMPLE.resolve("models/" + m + "/graph.pb")).toList();

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();
  private Path tree;

  /** Four small systems. */
  @BeforeEach
  void smallTree() throws IOException {
    tree = folder.resolve("tree");
    try (Stream<Path> systems = Files.list(EXAMPLE.resolve("pbe"))) {
      for (Path system : systems.sorted().toList()) {
        if (system.getFileName().toString().matches("Ag(8|17|4Au4)|Au8")) {
          copy(system, tree.resolve(system.getFileName().toString()));
        }
      }
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

  private int run(Object... arguments) {
    terminal.clear();
    return terminal.run(arguments);
  }

  private List<Object> arguments(Object frames, Object output, Object... more) {
    List<Object> all = new ArrayList<>(List.of("rescreen", "-m"));
    all.addAll(MODELS);
    all.addAll(List.of("--frames", frames, "-o", output));
    all.addAll(List.of(more));
    return all;
  }

  private void rescreen(Object frames, Object output, Object... more) {
    assertThat(run(arguments(frames, output, more).toArray())).as(terminal::said).isZero();
  }

  /** Everything below a folder, by path. */
  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        found.put(
            folder.relativize(path).toString(),
            new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
      }
    }
    return found;
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  @Test
  void aTreeAndADatasetHaveTheStagesNumbers() {
    assertThat(run("import", "-s", tree, "-o", folder.resolve("frames"))).isZero();
    rescreen(folder.resolve("frames"), folder.resolve("a"));
    rescreen(tree, folder.resolve("b"));
    List<String> columns = new ArrayList<>(List.of(DeviationStage.SCHEMA.fieldNames()));
    try (EnsembleHandle ensemble =
        EnsembleHandle.of(spark, MODELS.stream().map(ModelFiles::read).toList())) {
      List<String> expected =
          texts(
              DeviationStage.apply(
                  FramesDataset.read(spark, folder.resolve("frames").toString()), ensemble));
      for (String name : List.of("a", "b")) {
        Dataset<Row> result = spark.read().parquet(folder.resolve(name).toString());
        assertThat(result.columns())
            .startsWith("frame_id", "system", "index", "formula", "natoms", "max_devi_v");
        assertThat(
                texts(result.select(columns.get(0), columns.subList(1, 8).toArray(String[]::new))))
            .isEqualTo(expected);
      }
    }
    assertThat(terminal.err()).contains("to evaluate: 440 frames", "core-hours", "evaluated: 440");
    assertThat(terminal.out()).contains("(all)").contains("440 frames, summary: ");
  }

  @Test
  void aStoppedCallGoesOnWithWhatIsMissing() throws IOException {
    Path whole = folder.resolve("whole");
    rescreen(tree, whole);
    Map<String, String> expected = contents(whole);
    // as a killed call leaves it: some files, no manifest, scraps of tasks
    Path stopped = folder.resolve("stopped");
    Path staged = folder.resolve("_staged-stopped");
    copy(whole, staged);
    Files.delete(staged.resolve("_manifest.json"));
    List<String> parts =
        expected.keySet().stream().filter(name -> name.startsWith("part-")).toList();
    assertThat(parts).hasSizeGreaterThan(2);
    long kept = 0;
    for (int i = 0; i < parts.size(); i++) {
      if (i % 2 == 0) {
        Files.delete(staged.resolve(parts.get(i)));
      } else {
        kept += spark.read().parquet(staged.resolve(parts.get(i)).toString()).count();
      }
    }
    Files.writeString(staged.resolve("_17-" + parts.get(0)), "half a file");
    rescreen(tree, stopped);
    assertThat(terminal.err()).contains("evaluated: " + (440 - kept) + " frames");
    assertThat(contents(stopped)).isEqualTo(expected);
    assertThat(staged).doesNotExist();
    // and once more there is nothing to do
    rescreen(tree, stopped);
    assertThat(terminal.err()).doesNotContain("evaluate");
    assertThat(contents(stopped)).isEqualTo(expected);
  }

  @Test
  void whatHasChangedSinceIsNamed() throws IOException {
    Path output = folder.resolve("out");
    rescreen(tree, output);
    Path part;
    try (Stream<Path> files = Files.list(output)) {
      part =
          files
              .filter(f -> f.getFileName().toString().startsWith("part-"))
              .sorted()
              .findFirst()
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] ^= 4;
    Files.write(part, bytes);
    refused(
        part.getFileName() + ": its content has changed since it was written",
        arguments(tree, output).toArray());
  }

  @Test
  void newSystemsAloneAreEvaluated() throws IOException {
    Path grown = folder.resolve("grown");
    rescreen(tree, grown);
    copy(EXAMPLE.resolve("pbe/Ag7Au20"), tree.resolve("Ag5-new"));
    rescreen(tree, grown);
    assertThat(terminal.err()).contains("evaluated: 80 frames");
    Path fresh = folder.resolve("fresh");
    rescreen(tree, fresh);
    assertThat(terminal.err()).contains("evaluated: 520 frames");
    assertThat(contents(grown)).isEqualTo(contents(fresh));
  }

  @Test
  void aDatasetImportedAnewIsEvaluatedOnlyWhereItIsNew() throws IOException {
    Path result = folder.resolve("result");
    assertThat(run("import", "-s", tree, "-o", folder.resolve("one"))).isZero();
    rescreen(folder.resolve("one"), result);
    copy(EXAMPLE.resolve("pbe/Ag7Au20"), tree.resolve("more"));
    assertThat(run("import", "-s", tree, "-o", folder.resolve("two"))).isZero();
    rescreen(folder.resolve("two"), result);
    assertThat(terminal.err()).contains("evaluated: 80 frames");
    rescreen(folder.resolve("two"), folder.resolve("fresh"));
    assertThat(contents(result)).isEqualTo(contents(folder.resolve("fresh")));
  }

  @Test
  void aSampleEstimatesTheCandidatesAndIsNotEvaluatedAgain() throws IOException {
    Path result = folder.resolve("result");
    Object[] levels = {"--f-lo", "0.05", "--f-hi", "0.3"};
    rescreen(tree, result, "--sample", "0.25", levels[0], levels[1], levels[2], levels[3]);
    long sampled = spark.read().parquet(result.toString()).count();
    assertThat(sampled).isBetween(70L, 160L);
    String text = terminal.out();
    assertThat(text).contains("candidates among all 440 frames: about ");
    rescreen(tree, result, levels);
    assertThat(terminal.err()).contains("evaluated: " + (440 - sampled) + " frames");
    long candidates =
        spark
            .read()
            .parquet(result.toString())
            .where("max_devi_f >= 0.05 AND max_devi_f < 0.3")
            .count();
    java.util.regex.Matcher interval =
        java.util.regex.Pattern.compile("confidence ([\\d,]+) to ([\\d,]+)").matcher(text);
    assertThat(interval.find()).isTrue();
    assertThat(candidates)
        .isBetween(
            Long.valueOf(interval.group(1).replace(",", "")),
            Long.valueOf(interval.group(2).replace(",", "")));
    rescreen(tree, folder.resolve("fresh"), levels);
    Map<String, String> actual = contents(result);
    Map<String, String> expected = contents(folder.resolve("fresh"));
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void picksAreAFramesDatasetAndFollowFromTheSeed() throws IOException {
    Path result = folder.resolve("result");
    Object[] more = {
      "--where", "formula LIKE 'Ag%' AND natoms = 8", "--f-lo", "0.05", "--f-hi", "0.3", "--pick", 7
    };
    rescreen(tree, result, more);
    assertThat(terminal.out()).contains("7 candidates picked (random)");
    Dataset<Row> rows = spark.read().parquet(result.toString());
    assertThat(rows.where("natoms != 8 OR formula NOT LIKE 'Ag%'").count()).isZero();
    assertThat(rows.count()).isEqualTo(240);
    Dataset<Row> picks = FramesDataset.read(spark, result + ".picks");
    assertThat(picks.count()).isEqualTo(7);
    assertThat(picks.where("max_devi_f >= 0.05 AND max_devi_f < 0.3 AND natoms = 8").count())
        .isEqualTo(7);
    Map<String, String> before = contents(folder.resolve("result.picks"));
    rescreen(tree, folder.resolve("again"), more);
    assertThat(contents(folder.resolve("again.picks"))).isEqualTo(before);
    assertThat(run("export", result + ".picks", "-o", folder.resolve("x"))).isZero();

    String summary = Files.readString(folder.resolve("result.summary.tsv"));
    assertThat(summary.lines().findFirst().orElse(""))
        .isEqualTo(
            "formula\tnatoms\tframes\taccurate\tcandidate\tfailed\tmax_devi_f_50 (eV/A)"
                + "\tmax_devi_f_90 (eV/A)\tmax_devi_f_99 (eV/A)\tmax_devi_f_max (eV/A)\tnot_evaluated");
    assertThat(summary).contains("(all)\t-\t240\t").contains("\nAg8\t8\t120\t");
    List<Row> exact =
        rows.selectExpr("percentile(max_devi_f, array(0.5, 0.9, 0.99))", "max(max_devi_f)")
            .collectAsList();
    String[] all = summary.lines().toList().get(1).split("\t");
    for (int k = 0; k < 3; k++) {
      double quantile = exact.get(0).<Double>getList(0).get(k);
      assertThat(Double.parseDouble(all[6 + k])).isBetween(quantile * 0.97, quantile * 1.03);
    }
    // other levels: nothing is evaluated
    rescreen(tree, result, "--where", more[1], "--f-lo", "0.01", "--f-hi", "0.3");
    assertThat(terminal.err()).doesNotContain("evaluate");
    assertThat(folder.resolve("result.picks")).doesNotExist();
  }

  @Test
  void plantedLinksAreRemovedAndWhatTheyLeadToStays() throws IOException {
    Path precious = Files.createDirectories(folder.resolve("precious"));
    Files.writeString(precious.resolve("thesis.txt"), "precious");
    Files.createSymbolicLink(folder.resolve("_staged-result"), precious);
    Files.createSymbolicLink(folder.resolve("result.summary.tsv"), precious.resolve("thesis.txt"));
    Files.createSymbolicLink(folder.resolve("_staged-result.picks"), folder.resolve("nowhere"));
    rescreen(tree, folder.resolve("result"), "--f-lo", "0.01", "--f-hi", "9", "--pick", 3);
    assertThat(precious.resolve("thesis.txt")).hasContent("precious");
    assertThat(Files.readString(folder.resolve("result.summary.tsv"))).contains("(all)");
    assertThat(folder.resolve("result.picks/_manifest.json")).exists();

    Files.createSymbolicLink(folder.resolve("dead"), folder.resolve("nowhere"));
    assertThat(run(arguments(tree, folder.resolve("dead")).toArray())).isEqualTo(2);
    assertThat(terminal.err()).contains("dead: is a link that leads nowhere; remove it");
    assertThat(run("export", folder.resolve("result.picks"), "-o", folder.resolve("dead")))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("dead: is a link that leads nowhere; remove it");
    assertThat(folder.resolve("nowhere")).doesNotExist();
  }

  @Test
  void wildFramesAreCountedAndNamed() throws IOException {
    Path library = folder.resolve("wild.xyz");
    String frame = "2\nLattice=\"%s\" Properties=species:S:1:pos:R:3\nAg 0 0 0\nAu %s\n";
    String cube = "4 0 0 0 4 0 0 0 4";
    Files.writeString(
        library,
        frame.formatted(cube, "2.1 1.7 0.3")
            + frame.formatted(cube, "0 0 0")
            + frame.formatted("4 0 0 0 4 0 4 4 0", "2 2 0")
            + frame.formatted("0.01 0 0 0 0.01 0 0 0 0.01", "0 0 0.005")
            + frame.formatted(cube, "1e12 0 0")
            + frame.formatted(cube, "1.6 0.4 2.2"));
    Path result = folder.resolve("wild");
    rescreen(library, result, "--f-lo", "1e-6", "--f-hi", "9", "--pick", 9);
    assertThat(terminal.err())
        .contains("warning: Frame wild.xyz#1: ", "warning: Frame wild.xyz#2: ")
        .contains("warning: Frame wild.xyz#3: ", "warning: Frame wild.xyz#4: coord number 3")
        .contains("warning: 4 frames could not be evaluated: their numbers are NaN");
    assertThat(terminal.out()).contains("2 candidates picked");
    assertThat(Files.readString(folder.resolve("wild.summary.tsv")).lines().toList().get(1))
        .startsWith("(all)\t-\t6\t0\t2\t4\t")
        .endsWith("\t4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"stratified", "diverse", "information"})
  void strategiesThatLookAtFramesPickFromATreeAndADatasetAlike(String strategy) throws IOException {
    // one frame twice: it is picked once at most
    copy(EXAMPLE.resolve("pbe/Ag8"), tree.resolve("Ag8-again"));
    assertThat(run("import", "-s", tree, "-o", folder.resolve("frames"))).isZero();
    Object[] more = {"--f-lo", "0.01", "--f-hi", "9", "--pick", 30, "--strategy", strategy};
    List<List<String>> picks = new ArrayList<>();
    for (Path frames : List.of(tree, folder.resolve("frames"))) {
      Path result = folder.resolve("result-" + picks.size());
      rescreen(frames, result, more);
      assertThat(terminal.out()).contains("30 candidates picked (" + strategy + ")");
      picks.add(
          FramesDataset.read(spark, result + ".picks")
              .select("frame_id")
              .orderBy("frame_id")
              .as(Encoders.STRING())
              .collectAsList());
    }
    assertThat(picks.get(0)).isEqualTo(picks.get(1)).doesNotHaveDuplicates().hasSize(30);
  }

  /** Levels that lie on a frame's own deviation, after a call with other levels. */
  @Test
  void singlePrecisionPicksTheSameFrames() {
    SinglePrecision.require();
    Path exact = folder.resolve("exact");
    Path single = folder.resolve("single");
    rescreen(tree, exact);
    Dataset<Row> rows = spark.read().parquet(exact.toString()).orderBy("max_devi_f");
    double lo = rows.offset(200).first().<Double>getAs("max_devi_f");
    double hi = rows.offset(300).first().<Double>getAs("max_devi_f");
    Object[] levels = {"--f-lo", lo, "--f-hi", hi, "--pick", 40, "--strategy", "deviation"};
    rescreen(tree, exact, levels);
    rescreen(tree, single, "--precision", "float32", "--f-lo", 0.01, "--f-hi", 0.3);
    rescreen(
        tree,
        single,
        Stream.concat(Stream.of("--precision", "float32"), Stream.of(levels)).toArray());
    assertThat(terminal.err()).containsPattern("evaluated: 1\\d\\d frames"); // candidates alone
    String in = "max_devi_f >= %s AND max_devi_f < %s".formatted(lo, hi);
    Dataset<Row> result = spark.read().parquet(single.toString());
    assertThat(result.count()).isEqualTo(440);
    assertThat(texts(result.where(in))).isEqualTo(texts(rows.where(in))).hasSize(100);
    assertThat(texts(FramesDataset.read(spark, single + ".picks").select("frame_id")))
        .isEqualTo(texts(FramesDataset.read(spark, exact + ".picks").select("frame_id")));
  }

  /** DeePMD-kit's own program gives seven digits; two models, some hundred frames. */
  @Test
  void evaluatedByDpItIsTheSameToTheDigitsItWrites() {
    DeepmdKit.dp(); // which DPSIEVE_DP names to the program, too
    rescreen(tree, folder.resolve("ours"));
    rescreen(tree, folder.resolve("dp"), "--engine", "dp");
    List<Row> expected = byId(folder.resolve("ours"));
    List<Row> found = byId(folder.resolve("dp"));
    assertThat(found).hasSize(440);
    int numbers = found.get(0).fieldIndex("devi_e");
    for (int i = 0; i < expected.size(); i++) {
      Row row = expected.get(i);
      assertThat(found.get(i).<String>getAs("frame_id")).isEqualTo(row.getAs("frame_id"));
      for (int k = row.fieldIndex("max_devi_v"); k <= numbers; k++) {
        assertThat(found.get(i).getDouble(k))
            .as(row.toString())
            .isCloseTo(row.getDouble(k), within(1e-6 * row.getDouble(k) + 1e-11));
      }
    }
    refused("other models", arguments(tree, folder.resolve("ours"), "--engine", "dp").toArray());
  }

  /** A model whose nets share layers by name beside one whose do not. */
  @Test
  @Tag("peer")
  void modelsThatOnlyDeepmdKitReadsAreEvaluatedByIt() throws IOException {
    DeepmdKit.dp();
    Path plain = Files.write(folder.resolve("plain.pb"), new GoldenModel("plain", false).graph());
    byte[] graph = new GoldenModel("shared-layers", true).graph();
    Path shared = Files.write(folder.resolve("shared.pb"), graph);
    List<Object> command = new ArrayList<>(List.of("rescreen", "-m", plain, shared));
    command.addAll(List.of("--frames", tree.resolve("Ag8"), "-o", folder.resolve("result")));
    List<Object> here = new ArrayList<>(command);
    here.addAll(List.of("--engine", "jvm"));
    refused("(layer_name) cannot be read", here.toArray());
    assertThat(terminal.err()).contains("engine dp");
    assertThat(run(command.toArray())).as(terminal.err()).isZero();
    assertThat(terminal.err()).contains("evaluated by DeePMD-kit", "(layer_name)");
    Dataset<Row> result = spark.read().parquet(folder.resolve("result").toString());
    assertThat(result.where("max_devi_f > 0.01").count()).isEqualTo(result.count()).isPositive();
  }

  private List<Row> byId(Path result) {
    return spark.read().parquet(result.toString()).orderBy("frame_id").collectAsList();
  }

  @Test
  void framesWithoutSenseFailAndCostTheOthersNothing() throws IOException {
    double[] coord = {0, 0, 0, 2, 2, 2, 0, 0, 0, Double.NaN, 2, 2};
    double[] box = {5, 0, 0, 0, 5, 0, 0, 0, 5, 5, 0, 0, 0, 5, 0, 0, 0, 5};
    Path system = folder.resolve("bad/a");
    Files.createDirectories(system.resolve("set.000"));
    Files.writeString(system.resolve("type.raw"), "0\n1\n");
    Files.writeString(system.resolve("type_map.raw"), "Ag\nAu\n");
    NpyWriter.write(new LocalStorage(), system + "/set.000/coord.npy", coord, 2, 6);
    NpyWriter.write(new LocalStorage(), system + "/set.000/box.npy", box, 2, 9);
    rescreen(folder.resolve("bad"), folder.resolve("r"), "--f-lo", "0.1", "--f-hi", "0.2");
    Dataset<Row> rows = spark.read().parquet(folder.resolve("r").toString());
    assertThat(rows.where("isnan(max_devi_f) AND index = 1").count()).isEqualTo(1);
    assertThat(rows.where("NOT isnan(max_devi_f)").count()).isEqualTo(1);
  }

  @Test
  void modelsWithoutNamesTakeThoseOfTheOption() throws IOException {
    String named =
        new String(new GoldenArchitecture("se_e2_a").file("yaml"), StandardCharsets.UTF_8);
    Path model = Files.writeString(folder.resolve("named.yaml"), named);
    Path unnamed =
        Files.writeString(
            folder.resolve("unnamed.yaml"),
            named.replaceAll("(?m)^( *)type_map:\n(?:\\1- .*\n)+", "$1type_map: []\n"));
    List<String> names = ModelFiles.read(model).typeMap();
    Path system = folder.resolve("lib/a");
    Files.createDirectories(system.resolve("set.000"));
    Files.writeString(system.resolve("type.raw"), "0\n1\n");
    Files.writeString(system.resolve("type_map.raw"), names.get(1) + "\n" + names.get(0) + "\n");
    NpyWriter.write(
        new LocalStorage(), system + "/set.000/coord.npy", new double[] {0, 0, 0, 1, 1, 1}, 1, 6);
    NpyWriter.write(
        new LocalStorage(),
        system + "/set.000/box.npy",
        new double[] {5, 0, 0, 0, 5, 0, 0, 0, 5},
        1,
        9);
    Path library = folder.resolve("lib");
    refused(
        "--type-map",
        "rescreen",
        "-m",
        unnamed,
        model,
        "--frames",
        library,
        "-o",
        folder.resolve("r"));
    terminal.succeed(
        "rescreen",
        "-m",
        unnamed,
        model,
        "--type-map",
        String.join(",", names),
        "--frames",
        library,
        "-o",
        folder.resolve("r"));
    assertThat(
            spark
                .read()
                .parquet(folder.resolve("r").toString())
                .first()
                .<Double>getAs("max_devi_f"))
        .isZero();
  }

  private void refused(String message, Object... arguments) {
    assertThat(run(arguments)).as(terminal::said).isEqualTo(2);
    assertThat(terminal.err()).contains(message);
  }

  @Test
  void badInputIsToldBeforeAnyWork() throws IOException {
    Path result = folder.resolve("result");
    rescreen(tree, result, "--where", "formula = 'Ag8'");
    refused("by other models", "rescreen", "-m", MODELS.get(0), "--frames", tree, "-o", result);
    refused("no result of rescreen", arguments(tree, tree.resolve("Ag8")).toArray());
    refused("none: not found", arguments(folder.resolve("none"), folder.resolve("x")).toArray());
    refused("--f-lo and --f-hi belong together", arguments(tree, result, "--f-lo", "1").toArray());
    refused("--pick needs --f-lo and --f-hi", arguments(tree, result, "--pick", "1").toArray());
    refused("expected a fraction above 0", arguments(tree, result, "--sample", "1.5").toArray());
    refused(
        "no frames for which natoms > 1000",
        arguments(tree, folder.resolve("o"), "--where", "natoms > 1000").toArray());
    refused("columns: frame_id", arguments(tree, result, "--where", "nonsense = 1").toArray());
    refused("unknown value 'worst'", arguments(tree, result, "--strategy", "worst").toArray());
    Files.writeString(tree.resolve("Ag8/type_map.raw"), "O\nAu\n");
    refused(
        "O (120 frames); leave them out, e.g. --where \"NOT formula RLIKE '(^|[0-9])O[0-9]'\"",
        arguments(tree, folder.resolve("o")).toArray());
    Files.delete(tree.resolve("Ag17/set.000/coord.npy"));
    Files.delete(tree.resolve("Au8/set.000/coord.npy"));
    refused("2 systems cannot be read", arguments(tree, folder.resolve("o")).toArray());
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void killedForRealItEndsWithTheSameBytes() throws Exception {
    Path pool = EXAMPLE.resolve("pbe");
    Path whole = folder.resolve("whole");
    rescreen(pool, whole);
    Path killed = folder.resolve("killed");
    Path staged = folder.resolve("_staged-killed");
    Process process =
        OwnProcess.of(
                folder.resolve("log"), arguments(pool, killed, "--master", "local[1]").toArray())
            .start();
    while (process.isAlive() && parts(staged) < 2) {
      Thread.sleep(5);
    }
    process.destroyForcibly().waitFor();
    assertThat(killed).as(Files.readString(folder.resolve("log"))).doesNotExist();
    assertThat(parts(staged)).isPositive();
    rescreen(pool, killed);
    assertThat(terminal.err()).doesNotContain("evaluated: 2,600");
    assertThat(contents(killed)).isEqualTo(contents(whole));
  }

  private static long parts(Path staged) {
    if (!Files.isDirectory(staged)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(staged)) {
      return files.filter(file -> file.getFileName().toString().startsWith("part-")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
