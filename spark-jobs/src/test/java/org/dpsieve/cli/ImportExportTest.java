package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.OtherFileSystem;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** import and export as commands; the fixtures are made by scripts/goldens/frames.py. */
class ImportExportTest {
  private static final Path FIXTURES =
      Shared.repository().resolve("model-core/src/test/resources/frames");
  private static final Storage STORAGE = new LocalStorage();

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  @BeforeEach
  void anotherFileSystem() {
    spark.conf().set("fs.other.impl", OtherFileSystem.class.getName());
    spark.conf().set("fs.other.impl.disable.cache", "true");
    spark.conf().set("fs.other.root", folder.resolve("far").toString());
  }

  @AfterEach
  void settingsAsBefore() {
    Stream.of("fs.other.impl", "fs.other.impl.disable.cache", "fs.other.root", "fs.other.full")
        .forEach(spark.conf()::unset);
    spark.conf().set("spark.sql.shuffle.partitions", "2");
  }

  @ParameterizedTest
  @CsvSource({
    "npy/params, deepmd/npy",
    "npy/params, deepmd/hdf5",
    "npy/sets, extxyz",
    "npy/nopbc, deepmd/npy",
    "npy/nopbc, extxyz",
    "npy/unlabelled, deepmd/hdf5",
    "npy/float32, deepmd/npy",
    "npy/fortran, deepmd/hdf5",
    "dpdata/mixed, deepmd/npy",
    "dpdata/groups.hdf5, deepmd/hdf5",
    "ase.extxyz, extxyz",
  })
  @Tag("slow")
  void whatIsImportedIsExportedEqual(String source, String format) throws IOException {
    terminal.succeed("import", "-s", FIXTURES.resolve(source), "-o", folder.resolve("frames"));
    terminal.succeed(
        "export", folder.resolve("frames"), "-o", folder.resolve("x"), "--format", format);
    Map<String, Frame> expected = byId(FIXTURES.resolve(source));
    Map<String, Frame> actual = byId(folder.resolve("x"));
    assertThat(actual.keySet()).isNotEmpty().isEqualTo(expected.keySet());
    expected.forEach(
        (id, frame) ->
            assertThat(actual.get(id))
                .usingRecursiveComparison()
                .ignoringFields("system", "index")
                .isEqualTo(frame));
  }

  private static Map<String, Frame> byId(Path source) throws IOException {
    Map<String, Frame> frames = new TreeMap<>();
    for (SystemPath path : SystemFinder.find(STORAGE, List.of(source.toString()))) {
      try (FrameSystem system = path.open(STORAGE, List.of())) {
        for (FrameSystem.Run run : system.runs(1000)) {
          system.read(run).forEach(frame -> frames.put(FrameId.of(frame), frame));
        }
      }
    }
    return frames;
  }

  private Path write(String system, double[] coord, double[] box) throws IOException {
    Path root = folder.resolve("systems").resolve(system);
    Files.createDirectories(root.resolve("set.000"));
    Files.writeString(root.resolve("type.raw"), "0\n1\n");
    Files.writeString(root.resolve("type_map.raw"), "Ag\nAu\n");
    int frames = box.length / 9;
    NpyWriter.write(STORAGE, root + "/set.000/coord.npy", coord, frames, 6);
    NpyWriter.write(STORAGE, root + "/set.000/box.npy", box, frames, 9);
    return root;
  }

  private static final double[] CUBE = {5, 0, 0, 0, 5, 0, 0, 0, 5};
  private static final double[] PAIR = {0, 0, 0, 2, 2, 2};

  private static double[] join(double[]... parts) {
    return Arrays.stream(parts).flatMapToDouble(Arrays::stream).toArray();
  }

  @Test
  void badFramesAndDuplicatesAreSetAside() throws IOException {
    double[] flat = {5, 0, 0, 5, 0, 0, 0, 0, 5};
    write(
        "a",
        join(
            PAIR,
            new double[] {0, 0, 0, Double.NaN, 2, 2},
            new double[] {0, 0, 0, 1, 2, 2},
            new double[] {0, Double.POSITIVE_INFINITY, 0, 1, 2, 2}),
        join(CUBE, CUBE, flat, CUBE));
    write("b", join(new double[] {0, 0, 0, 3, 2, 2}, PAIR), join(CUBE, CUBE));
    String target = folder.resolve("frames").toString();
    terminal.succeed("import", "-s", folder.resolve("systems"), "-o", target);
    assertThat(terminal.out())
        .contains("2 systems, 2 frames", "1 duplicate and 3 bad frames", target + ".quarantine");
    List<Row> aside =
        spark.read().parquet(target + ".quarantine").orderBy("file", "frame").collectAsList();
    List<String> told = new ArrayList<>();
    for (Row row : aside) {
      String file = row.getAs("file");
      told.add(
          "%s %d %s"
              .formatted(
                  file.substring(file.length() - 1),
                  row.<Integer>getAs("frame"),
                  row.<String>getAs("reason").replaceFirst(" of /.*| \\(.*", "")));
    }
    assertThat(told)
        .containsExactly(
            "a 1 coordinate of atom 1 is NaN",
            "a 2 the cell has no volume",
            "a 3 coordinate of atom 0 is infinite",
            "b 1 duplicate of frame 0");
  }

  @Test
  void allThatIsWrongWithFilesIsToldAtOnceAndNothingWritten() throws IOException {
    Path truncated = write("truncated", PAIR, CUBE).resolve("set.000/coord.npy");
    byte[] bytes = Files.readAllBytes(truncated);
    Files.write(truncated, Arrays.copyOf(bytes, bytes.length - 7));
    Path shape = write("shape", PAIR, CUBE);
    NpyWriter.write(STORAGE, shape + "/set.000/coord.npy", new double[9], 1, 9);
    Files.delete(write("untyped", PAIR, CUBE).resolve("type_map.raw"));
    Files.writeString(write("twice", PAIR, CUBE).resolve("type_map.raw"), "Ag\nAg\n");
    write("empty", new double[0], new double[0]);
    Path target = folder.resolve("frames");
    assertThat(terminal.run("import", "-s", folder.resolve("systems"), "-o", target)).isEqualTo(2);
    assertThat(terminal.err())
        .contains("5 problems")
        .contains("truncated/set.000/coord.npy", "shape/set.000/coord.npy", "'Ag' twice")
        .contains("untyped/type_map.raw: not found", "--type-map Ag,Au")
        .contains("empty");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(folder.resolve("systems"));
    }
  }

  @Test
  void typesWithoutMapAreElementsByTheOption() throws IOException {
    Path target = folder.resolve("frames");
    terminal.succeed(
        "import",
        "-s",
        FIXTURES.resolve("npy/no_type_map"),
        "-o",
        target,
        "--type-map",
        "Ag,Cu,Au");
    assertThat(FramesDataset.read(spark, target.toString()).select("formula").first().getString(0))
        .startsWith("Ag");
  }

  @Test
  void aTargetThatIsThereIsKept() throws IOException {
    write("a", PAIR, CUBE);
    Path foreign = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(foreign.resolve("thesis.txt"), "years of work");
    assertThat(terminal.run("import", "-s", folder.resolve("systems"), "-o", foreign)).isEqualTo(2);
    assertThat(terminal.err()).contains("holds other things (thesis.txt)");
    assertThat(foreign.resolve("thesis.txt")).hasContent("years of work");
    Path target = folder.resolve("frames");
    terminal.succeed("import", "-s", folder.resolve("systems"), "-o", target);
    Map<String, String> before = contents(target);
    assertThat(terminal.run("import", "-s", folder.resolve("systems"), "-o", target)).isEqualTo(2);
    assertThat(terminal.err()).contains("exists already");
    assertThat(contents(target)).isEqualTo(before);
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  @Tag("slow")
  void bytesDoNotDependOnShufflePartitionsAndSettingsStay() throws IOException {
    double[] coord = new double[6 * 300];
    double[] box = new double[9 * 300];
    for (int i = 0; i < 300; i++) {
      System.arraycopy(PAIR, 0, coord, 6 * i, 6);
      coord[6 * i + 4] = 2 + 1e-3 * (i % 290);
      System.arraycopy(CUBE, 0, box, 9 * i, 9);
    }
    write("a", coord, box);
    String split = spark.conf().get("spark.sql.files.maxPartitionBytes");
    List<Map<String, String>> written = new ArrayList<>();
    for (String partitions : List.of("1", "7")) {
      spark.conf().set("spark.sql.shuffle.partitions", partitions);
      Path target = folder.resolve("frames" + partitions);
      terminal.succeed("import", "-s", folder.resolve("systems"), "-o", target);
      Map<String, String> all = contents(target);
      contents(Path.of(target + ".quarantine")).forEach((k, v) -> all.put("quarantine/" + k, v));
      written.add(all);
      assertThat(FramesDataset.read(spark, target.toString()).count()).isEqualTo(290);
    }
    assertThat(written.get(0)).hasSizeGreaterThan(3).isEqualTo(written.get(1));
    assertThat(spark.conf().get("spark.sql.files.maxPartitionBytes")).isEqualTo(split);
  }

  @Test
  void framesLieOnAnyHadoopFileSystem() throws IOException {
    for (String format : List.of("deepmd/npy", "deepmd/hdf5", "extxyz")) {
      String name = format.replace("/", "-");
      Path source = folder.resolve("far/in");
      if (Files.notExists(source)) {
        copy(FIXTURES.resolve("npy/sets"), source);
        terminal.succeed("import", "-s", "other:///in", "-o", "other:///frames");
        assertThat(folder.resolve("far/frames/_manifest.json")).exists();
      }
      terminal.succeed("export", "other:///frames", "-o", "other:///" + name, "--format", format);
      assertThat(byId(folder.resolve("far").resolve(name)).keySet())
          .isEqualTo(byId(source).keySet());
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    try (var files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file).toString()));
      }
    }
  }

  @Test
  @Tag("slow")
  void aFullDiskLeavesNothing() throws IOException {
    write("a", PAIR, CUBE);
    Files.createDirectories(folder.resolve("far"));
    spark.conf().set("fs.other.full", "_staged-frames/");
    assertThat(terminal.run("import", "-s", folder.resolve("systems"), "-o", "other:///frames"))
        .as(terminal.err())
        .isEqualTo(2);
    assertThat(terminal.err()).contains("other:///frames: the disk is full");
    assertThat(folder.resolve("far/frames")).doesNotExist();
    assertThat(folder.resolve("far/_staged-frames")).doesNotExist();
    spark.conf().unset("fs.other.full");
    terminal.succeed("import", "-s", folder.resolve("systems"), "-o", "other:///frames");

    spark.conf().set("fs.other.full", "_staged-x/");
    assertThat(terminal.run("export", "other:///frames", "-o", "other:///x")).isEqualTo(2);
    assertThat(terminal.err()).contains("other:///x: the disk is full");
    assertThat(folder.resolve("far/x")).doesNotExist();
    assertThat(folder.resolve("far/_staged-x")).doesNotExist();
  }

  /** Equal arrays by dpdata and ASE, and two steps of training by DeePMD-kit itself. */
  @Test
  @Tag("peer")
  void upstreamProgramsReadWhatIsExported() throws IOException, InterruptedException {
    Path python = DeepmdKit.python();
    terminal.succeed("import", "-s", FIXTURES.resolve("npy/plain"), "-o", folder.resolve("frames"));
    for (String format : List.of("deepmd/npy", "deepmd/hdf5", "extxyz")) {
      Path target = folder.resolve(format.replace("/", "-"));
      terminal.succeed("export", folder.resolve("frames"), "-o", target, "--format", format);
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            python.toString(),
            Shared.repository()
                .resolve("spark-jobs/src/test/resources/frames/read_exports.py")
                .toString(),
            FIXTURES.resolve("npy/plain").toString(),
            folder.toString(),
            DeepmdKit.dp().toString());
    builder.environment().put("OMP_NUM_THREADS", "1");
    Path log = folder.resolve("python.log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(8, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
  }
}
