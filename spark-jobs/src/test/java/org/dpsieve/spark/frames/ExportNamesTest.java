package org.dpsieve.spark.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Systems;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever systems are called, every frame is exported, once, and inside the folder. */
class ExportNamesTest {
  private static final double[] CUBE = {5, 0, 0, 0, 5, 0, 0, 0, 5};

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  private static Frame frame(String system, int index, double x) {
    return frame(system, index, x, CUBE, Labels.NONE, null);
  }

  private static Frame frame(
      String system, int index, double x, double[] cell, Labels labels, double[] fparam) {
    return new Frame(
        system,
        index,
        new int[] {47, 47},
        new double[] {0, 0, 0, x, 2, 2},
        cell,
        labels,
        fparam,
        null);
  }

  private Path dataset(List<Frame> frames) {
    List<Row> rows = frames.stream().map(FrameRows::toRow).toList();
    Path target = folder.resolve("frames");
    ParquetCommit.write(
        spark.createDataFrame(rows, FrameRows.SCHEMA),
        List.of("formula", "frame_id"),
        PartSize.rows(100),
        target.toString(),
        Map.of("type_map", "Ag"));
    return target;
  }

  private static List<String> ids(List<Frame> frames) {
    return frames.stream().map(FrameId::of).sorted().toList();
  }

  @ParameterizedTest
  @EnumSource(FrameExport.Format.class)
  void namesOutOfDataStayInsideAndApart(FrameExport.Format format) throws IOException {
    List<String> names =
        List.of(
            "../out",
            "../../PWN",
            "/etc/PWN",
            "",
            ".",
            "a:b",
            "a_b",
            "A_B",
            "a",
            "a/set.000",
            "a/nopbc",
            "a.extxyz/b",
            "a.hdf5/b",
            "C:\\x",
            "two\nlines",
            "zero\u0000byte",
            "x#/y",
            "{glob}[0-9]*",
            "50%",
            "x".repeat(400),
            "x".repeat(401),
            "deep/".repeat(900));
    List<Frame> frames =
        IntStream.range(0, names.size())
            .mapToObj(i -> frame(names.get(i), 0, 1 + 0.01 * i))
            .toList();
    Path target = folder.resolve("a/b/out");
    FrameExport.Report report =
        FrameExport.run(spark, dataset(frames).toString(), null, format, target.toString());
    assertThat(report.frames()).isEqualTo(names.size());
    assertThat(report.systems()).isEqualTo(names.size());
    assertThat(report.renamed()).hasSizeGreaterThan(15);
    assertThat(ids(Systems.read(target))).isEqualTo(ids(frames));
    try (var found = Files.walk(folder)) {
      assertThat(
              found.filter(Files::isRegularFile).filter(path -> !path.startsWith(target)).toList())
          .allMatch(path -> path.startsWith(folder.resolve("frames")));
    }
  }

  @ParameterizedTest
  @EnumSource(FrameExport.Format.class)
  void framesOfOneFormulaThatCannotShareASystemAreKeptApart(FrameExport.Format format)
      throws IOException {
    List<Frame> frames = new ArrayList<>();
    Labels energy = new Labels(-1.0, null, null);
    for (int i = 0; i < 3; i++) {
      double x = 1 + 0.1 * i;
      frames.add(frame("s", 10 * i, x));
      frames.add(frame("s", 10 * i + 1, x, null, Labels.NONE, null));
      frames.add(frame("s", 10 * i + 2, x + 0.01, CUBE, energy, null));
      frames.add(frame("s", 10 * i + 3, x + 0.02, CUBE, energy, new double[] {i}));
      frames.add(frame("s", 10 * i + 4, x + 0.03, CUBE, energy, new double[] {i, 1}));
      frames.add(frame("s/Ag2.001", i, x + 0.04));
      frames.add(frame("S", i, x + 0.05));
    }
    Path target = folder.resolve("out");
    FrameExport.Report report =
        FrameExport.run(spark, dataset(frames).toString(), null, format, target.toString());
    assertThat(report.frames()).isEqualTo(frames.size());
    List<Frame> read = Systems.read(target);
    assertThat(ids(read)).isEqualTo(ids(frames));
    assertThat(read.stream().map(Frame::system).distinct()).hasSize((int) report.systems());
    Comparator<Frame> byId = Comparator.comparing(FrameId::of);
    assertThat(read.stream().sorted(byId).map(Frame::labels).map(Labels::energy))
        .isEqualTo(frames.stream().sorted(byId).map(Frame::labels).map(Labels::energy).toList());
  }

  /** A mixed system's part and another system ask for the same folder. */
  @Test
  void aSystemInsideAMixedOneIsNotOverwritten() throws IOException {
    LocalStorage storage = new LocalStorage();
    Path mixed = Files.createDirectories(folder.resolve("coll/x/set.000"));
    Files.writeString(mixed.resolveSibling("type.raw"), "0\n0\n");
    Files.writeString(mixed.resolveSibling("type_map.raw"), "Ag\nAu\n");
    double[] cells = {5, 0, 0, 0, 5, 0, 0, 0, 5, 5, 0, 0, 0, 5, 0, 0, 0, 5};
    NpyWriter.write(storage, mixed + "/box.npy", cells, 2, 9);
    NpyWriter.write(
        storage, mixed + "/coord.npy", new double[] {0, 0, 0, 1, 2, 2, 0, 0, 0, 2, 2, 2}, 2, 6);
    NpyWriter.write(storage, mixed + "/real_atom_types.npy", new int[] {0, 0, 1, 1}, 2, 2);
    Path inner = Files.createDirectories(folder.resolve("coll/x/Ag2/set.000"));
    Files.writeString(inner.resolveSibling("type.raw"), "0\n0\n");
    Files.writeString(inner.resolveSibling("type_map.raw"), "Ag\nAu\n");
    NpyWriter.write(storage, inner + "/box.npy", cells, 2, 9);
    NpyWriter.write(
        storage,
        inner + "/coord.npy",
        new double[] {0, 0, 0, 1.5, 2, 2, 0, 0, 0, 2.25, 2, 2},
        2,
        6);
    terminal.succeed("import", "-s", folder.resolve("coll"), "-o", folder.resolve("f"));
    assertThat(terminal.out()).contains("2 systems, 4 frames");
    terminal.succeed("export", folder.resolve("f"), "-o", folder.resolve("out"));
    assertThat(terminal.out())
        .contains("3 systems, 4 frames", "1 name cannot be a path", "x/Ag2 -> x/Ag2-2")
        .doesNotContain("x/Au2 ->");
    assertThat(ids(Systems.read(folder.resolve("out"))))
        .isEqualTo(ids(Systems.read(folder.resolve("coll"))));
    assertThat(Systems.read(folder.resolve("out/x/Ag2"))).hasSize(2);
  }

  @Test
  void aManifestCannotNameFilesElsewhere() throws IOException {
    Path dataset = dataset(List.of(frame("s", 0, 1)));
    Path manifest = dataset.resolve(PartsManifest.NAME);
    Files.writeString(
        manifest, Files.readString(manifest).replace("part-00000", "../elsewhere/part-00000"));
    assertThat(terminal.run("export", dataset, "-o", folder.resolve("x"))).isEqualTo(2);
    assertThat(terminal.err()).contains("_manifest.json", "is no name of a part file");
  }
}
