package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dpsieve.config.ConfigReader;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.RegularFile;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Simplify;
import org.dpsieve.loop.Verdict;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.report.RunReporter;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** simplify with property: docs/properties.md. */
class PropertyRunTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final Property COHESION = Property.of("cohesion:intensive");

  @TempDir private static Path folder;
  private static Path machine;

  /** What an atom is bound by, on average. */
  @BeforeAll
  static void label() throws IOException {
    machine = EXAMPLE.resolve("machine.json");
    for (String name : List.of("Ag4Au4", "Ag8")) {
      Path target = folder.resolve("pool").resolve(name);
      try (NpySystemWriter writer =
          new NpySystemWriter(new LocalStorage(), target.toString(), List.of("Ag", "Au"), 20)) {
        for (Frame frame : DeepmdSystems.readNpy(EXAMPLE.resolve("pbe/" + name)).subList(0, 20)) {
          double[] value = {frame.labels().energy() / frame.atomCount()};
          writer.add(frame.withProperties(Map.of(COHESION, value)));
        }
      }
    }
  }

  private static Path parameters(String name, String more) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        """
        {"type_map": ["Ag", "Au"], "pick_data": "pool", "property": "cohesion:intensive",
         "numb_models": 2, "training_iter0_model_path": "%s/models/[01]",
         "property_basis": "hidden", "seed": 1,
         "init_pick_number": 5, "iter_pick_number": 4, %s}
        """
            .formatted(EXAMPLE, more));
  }

  private static Simplify.Outcome run(Path parameters, Path workdir, Runnable afterEveryStage) {
    return SmallRun.run(parameters, machine, workdir, afterEveryStage);
  }

  private static void copy(Path from, Path to) {
    try {
      RegularFile.copyTree(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checksums of all that a run leaves but logs. */
  private static SortedMap<String, String> content(Path workdir) throws IOException {
    SortedMap<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(workdir)) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file -> content.put(workdir.relativize(file).toString(), RegularFile.sha256(file)));
    }
    return content;
  }

  /** Stopped after the first training and gone on with, and what comes of it. */
  @Test
  void storedLabelsAreLearntAndTheSameBytesComeOutOfAKilledRun() throws IOException {
    Path parameters =
        parameters(
            "stored.json",
            "\"labeled\": true, \"max_iter\": 2, \"model_devi_p_trust_lo\": 0.001, \"model_devi_p_trust_hi\": 10");
    Path whole = folder.resolve("whole");
    List<Path> snapshots = new ArrayList<>();
    Simplify.Outcome outcome =
        run(
            parameters,
            whole,
            () -> {
              Path place = folder.resolve("after-" + snapshots.size());
              copy(whole, place);
              snapshots.add(place);
            });
    assertThat(outcome.verdict()).isEqualTo(Verdict.MAX_ITER);
    assertThat(outcome.summary().labelled()).isEqualTo(9);
    SortedMap<String, String> expected = content(whole);
    assertThat(expected.keySet())
        .contains(
            "iter.000001/00.train/graph.001.dp",
            "iter.000001/00.train/spread.001.npy",
            "iter.000001/00.train/bases.001.npy",
            "iter.000002/00.train/rows.parquet/part-00000.parquet",
            "result/graph.000.dp",
            "result/held_out.parquet/part-00000.parquet",
            "result/data/Ag4Au4/set.000/cohesion.npy");
    assertThat(expected.keySet()) // no frame is evaluated for two trainings
        .noneMatch(file -> file.startsWith("iter.000002/00.train/bases"));
    assertThat(Files.readString(whole.resolve("iter.000002/00.train/rows.json")))
        .contains("\"from\" : 1", "\"to\" : 2");
    run(parameters, snapshots.get(3), () -> {});
    assertThat(content(snapshots.get(3))).isEqualTo(expected);

    Facts.PropertyResult result = outcome.result().property();
    assertThat(result.frames()).isEqualTo(31);
    assertThat(result.mean()).isLessThan(0.5 * result.labelSpread());
    assertThat(outcome.result().expected().property()).isPositive();
    assertThat(
            ModelFiles.readProperty(whole.resolve("result/graph.000.dp"), List.of())
                .head()
                .property())
        .isEqualTo(COHESION);
    Path figures = folder.resolve("figures");
    new RunReporter(new Workdir(whole), LocalSpark::session).write(figures);
    assertThat(Files.readString(whole.resolve("report.html")))
        .contains("Models and errors", "cohesion:intensive", "max_devi_p")
        .doesNotContain("eV/Å", "NaN");
    assertThat(figures).isDirectoryContaining(file -> file.endsWith("property-unseen.svg"));
    assertThat(figures).isDirectoryContaining(file -> file.endsWith("property-intervals.csv"));
  }

  /** A command labels frames; one of them it cannot. The models of the first run go on. */
  @Test
  void aCommandLabelsTheFrames() throws IOException {
    Path script =
        Files.writeString(
            folder.resolve("spacing.sh"),
            """
            head -1 frame.extxyz | grep -q 8 || exit 1
            sed -n 2p frame.extxyz | tr '"' ' ' | awk '{print "[" $2 / 10 ", " $6 / 10 "]"}'
            """);
    Path parameters =
        Files.writeString(
            folder.resolve("command.json"),
            Files.readString(
                    parameters(
                        "all.json",
                        "\"property_from\": [\"sh\", \"%s\"], \"label_budget\": 5, \"ratio_failed\": 0.5, \"model_devi_p_by\": \"sigma\", \"model_devi_p_trust_lo\": 1e-9, \"model_devi_p_trust_hi\": 1e9"
                            .formatted(script)))
                .replace("cohesion:intensive", "spacing:intensive"));
    Path workdir = folder.resolve("command");
    Simplify.Outcome outcome = run(parameters, workdir, () -> {});
    assertThat(outcome.verdict()).isEqualTo(Verdict.LABEL_BUDGET);
    assertThat(outcome.result().property().frames()).isZero();
    assertThat(outcome.result().property().property()).isEqualTo("spacing:intensive");
    assertThat(workdir.resolve("iter.000000/02.fp/task.000.000000/property.json")).exists();
    int frames = 0;
    try (Stream<Path> systems = Files.list(workdir.resolve("result/data"))) {
      for (Path system : systems.toList()) {
        double[] cells = NpyArray.open(system.resolve("set.000/box.npy")).read();
        double[] values = NpyArray.open(system.resolve("set.000/spacing.npy")).read();
        for (int row = 0; row < values.length / 2; row++, frames++) {
          assertThat(values[2 * row]).isCloseTo(cells[9 * row] / 10, within(1e-5));
          assertThat(values[2 * row + 1]).isCloseTo(cells[9 * row + 4] / 10, within(1e-5));
        }
      }
    }
    assertThat(frames).isEqualTo(5);
  }

  @Test
  void saysWhatDoesNotFit() throws IOException {
    String wrong =
        complaint(
            "\"model_devi_f_trust_lo\": 1, \"fp_style\": \"d3\", \"property_from\": \"fermi\", \"model_devi_p_trust_lo\": 1");
    assertThat(wrong)
        .contains("model_devi_f_trust_lo: is for runs for energies and forces")
        .contains("fp_style: d3 adds to energies")
        .contains("property_from: 'fermi'", "fermi_energy")
        .contains("model_devi_p_trust_hi is missing");
    assertThat(complaint("\"labeled\": true, \"fp_style\": \"none\", \"property_basis\": \"x\""))
        .contains("property_basis: ", "hidden", "model_devi_p_trust_lo is missing");
  }

  private static String complaint(String more) throws IOException {
    try {
      ConfigReader.read(parameters("wrong.json", more), machine);
      return "";
    } catch (InputException e) {
      return e.getMessage();
    }
  }
}
