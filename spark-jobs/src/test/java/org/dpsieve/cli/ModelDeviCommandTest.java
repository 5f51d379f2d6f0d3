package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Programs;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against what dp model-devi itself wrote: scripts/goldens/model_devi.py. */
class ModelDeviCommandTest {
  private static final Path GOLDENS =
      Shared.repository().resolve("spark-jobs/src/test/resources/model-devi");

  @TempDir private Path folder;

  private final Terminal terminal = new Terminal();

  private int run(String system, Path output, String... options) {
    List<Object> command = new ArrayList<>(List.of("model-devi", "-m"));
    for (int i = 0; i < 4; i++) {
      command.add(Shared.repository().resolve("conf/ag-au/models/%d/graph.pb".formatted(i)));
    }
    command.addAll(List.of("-s", system, "-o", output));
    command.addAll(List.of(options));
    return terminal.run(command.toArray());
  }

  /** Lines by system, which comes in the order that the file system lists. */
  private static Map<String, List<String>> bySystem(Path file) throws IOException {
    Map<String, List<String>> systems = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("# ") && !line.startsWith("# step")) {
        lines = new ArrayList<>();
        systems.put(Path.of(line.substring(2)).getFileName().toString(), lines);
      } else {
        lines.add(line);
      }
    }
    return systems;
  }

  private static void assertSameText(Path actual, Path expected) throws IOException {
    Map<String, List<String>> found = bySystem(actual);
    Map<String, List<String>> wanted = bySystem(expected);
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    for (String system : wanted.keySet()) {
      List<String> lines = wanted.get(system);
      assertThat(found.get(system)).hasSameSizeAs(lines);
      assertThat(found.get(system).get(0)).isEqualTo(lines.get(0));
      for (int i = 1; i < lines.size(); i++) {
        assertSameRow(found.get(system).get(i), lines.get(i));
      }
    }
  }

  /** The same columns of the same width, numbers equal but for one unit of the last digit. */
  private static void assertSameRow(String actual, String expected) {
    assertThat(actual).hasSameSizeAs(expected);
    String[] numbers = expected.trim().split(" +");
    String[] found = actual.trim().split(" +");
    assertThat(found).hasSameSizeAs(numbers);
    assertThat(found[0]).isEqualTo(numbers[0]);
    for (int i = 1; i < numbers.length; i++) {
      double number = Double.parseDouble(numbers[i]);
      double unit = Math.pow(10, Integer.parseInt(numbers[i].replaceFirst(".*e", "")) - 6);
      assertThat(Double.parseDouble(found[i]))
          .as(expected)
          .isCloseTo(number, within(1.0001 * unit));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "default, ''",
    "atomic, --atomic",
    "real_error, --real_error",
    "relative, --relative 0.5 --relative_v 0.25",
    "all, -f 20 --real_error --atomic --relative 1 --relative_v 2"
  })
  void writesWhatDpModelDeviWrites(String name, String options) throws IOException {
    Path out = folder.resolve("out");
    String[] arguments = options.isEmpty() ? new String[0] : options.split(" ");
    assertThat(run(GOLDENS.resolve("systems").toString(), out, arguments)).isZero();
    assertSameText(out, GOLDENS.resolve(name + ".out"));
    if (options.contains("real_error")) {
      assertThat(terminal.err())
          .contains("two-sets: no virial labels")
          .contains("cluster: no force labels");
    }
  }

  @Test
  void readsHdf5AndAppends() throws IOException {
    Path out = folder.resolve("out");
    String file = GOLDENS.resolve("two-sets.hdf5").toString();
    assertThat(run(file, out)).isZero();
    assertSameText(out, GOLDENS.resolve("hdf5.out"));
    String once = Files.readString(out);
    assertThat(once).startsWith("# " + file + "#/inside\n");
    assertThat(run(file + "#/inside", out)).isZero();
    assertThat(Files.readString(out)).isEqualTo(once + once);
  }

  @Test
  void aFrameOfAnUnknownTypeIsARowOfNaN() throws IOException {
    Path file = folder.resolve("mixed.xyz");
    String frame = "2\nProperties=species:S:1:pos:R:3\n%s 0 0 0\nAu 0 0 2.6\n";
    Files.writeString(file, frame.formatted("Ag") + frame.formatted("Cu") + frame.formatted("Ag"));
    Path out = folder.resolve("out");
    assertThat(run(file.toString(), out)).as(terminal::err).isZero();
    assertThat(terminal.err())
        .contains("mixed.xyz#1: type Cu is not in the models' type map [Ag, Au]")
        .contains("warning: 1 frame could not be evaluated: its row is NaN");
    List<String> rows = Files.readAllLines(out).stream().filter(l -> !l.startsWith("#")).toList();
    assertThat(rows).hasSize(3);
    assertThat(rows.get(1).trim().split(" +")).hasSize(8).contains("nan");
    assertThat(rows.get(2)).isEqualTo(rows.get(0).replaceFirst("0", "2"));
  }

  @Test
  void whatCannotBeEvaluatedLeavesNoFile() throws IOException {
    Path out = folder.resolve("out");
    assertThat(run(folder.resolve("nowhere").toString(), out)).isEqualTo(2);
    assertThat(terminal.err()).contains("nowhere: not found");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThat(run(empty.toString(), out)).isEqualTo(2);
    assertThat(terminal.err()).contains("empty: no system found");
    assertThat(run(GOLDENS.resolve("systems").toString(), folder.resolve("no/out"))).isEqualTo(2);
    assertThat(terminal.err()).contains("no/out: cannot be written");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(empty);
    }
  }

  /** Numbers of all rows, sorted: systems of different formats have different names. */
  private static List<String> rows(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.strip().replaceFirst("\\S+ +", ""))
        .sorted()
        .toList();
  }

  /** The same frames in every form that the other commands read. */
  @Test
  @Tag("slow")
  void readsWhatEveryOtherCommandReads() throws IOException {
    Path system = Shared.repository().resolve("conf/ag-au/pbe/Ag4Au4");
    Path expected = folder.resolve("expected");
    assertThat(run(system.toString(), expected)).isZero();
    Path dataset = folder.resolve("frames.parquet");
    terminal.succeed("import", "-s", system, "-o", dataset);
    assertThat(run(dataset.toString(), folder.resolve("of-dataset"))).isZero();
    assertThat(rows(folder.resolve("of-dataset"))).isEqualTo(rows(expected));
    for (String format : List.of("extxyz", "deepmd/hdf5")) {
      Path exported = folder.resolve(format.replace('/', '-'));
      terminal.succeed("export", dataset, "-o", exported, "--format", format);
      Path out = folder.resolve("of-" + format.replace('/', '-'));
      assertThat(run(exported.toString(), out)).as(terminal::said).isZero();
      assertThat(rows(out)).as(format).isEqualTo(rows(expected));
    }
    // all of it in one tree: dp's systems first
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("npy"), system);
    Files.createSymbolicLink(tree.resolve("text"), folder.resolve("extxyz"));
    Files.createSymbolicLink(tree.resolve("hdf5"), folder.resolve("deepmd-hdf5"));
    Path all = folder.resolve("all");
    assertThat(run(tree.toString(), all)).as(terminal::said).isZero();
    assertThat(Files.readAllLines(all).get(0)).isEqualTo("# " + tree.resolve("npy"));
    assertThat(rows(all)).hasSize(3 * rows(expected).size());
  }

  @Test
  void readsLabelsByTheNamesTheyAreGiven() throws IOException {
    Path text = folder.resolve("other.extxyz");
    Files.writeString(
        text,
        """
        2
        Lattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3:my_force:R:3 my_energy=-3.5 pbc="T T T"
        Ag 0 0 0 0.5 0 0
        Au 2.5 0 0 -0.5 0 0
        """);
    Path out = folder.resolve("out");
    assertThat(run(text.toString(), out, "--real_error")).as(terminal::said).isZero();
    assertThat(terminal.err()).contains("no energy, force, virial labels", "my_energy");
    Path named = folder.resolve("named");
    terminal.clear();
    assertThat(
            run(
                text.toString(),
                named,
                "--real_error",
                "--extxyz-keys",
                "energy=my_energy,forces=my_force"))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.err()).contains("no virial labels").doesNotContain("my_energy");
    assertThat(rows(named)).isNotEqualTo(rows(out));
  }

  /** What our reader refuses says who may know it; DeePMD-kit's numbers are its own then. */
  @Test
  @Tag("peer")
  void theProgramEvaluatesModelsThatAreNotReadHere() throws Exception {
    Path dp = DeepmdKit.dp();
    Path model = folder.resolve("shared.pb");
    Files.write(model, new GoldenModel("shared-layers", true).graph());
    Path system = Shared.repository().resolve("conf/ag-au/pbe/Ag4Au4");
    Path out = folder.resolve("out");
    assertThat(
            terminal.run(
                "model-devi", "--engine", "jvm", "-m", model, model, "-s", system, "-o", out))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("shared.pb", "--engine dp");
    Path other = Shared.repository().resolve("conf/ag-au/models/0/graph.pb");
    terminal.succeed(
        "model-devi",
        "-m",
        model,
        other,
        "-s",
        system,
        "-o",
        out,
        "--real_error",
        "--atomic",
        "-f",
        "7",
        "--relative",
        "0.5");
    Path expected = folder.resolve("expected");
    List<String> command = new ArrayList<>(List.of(dp.toString(), "model-devi", "-m"));
    command.addAll(List.of(model.toString(), other.toString(), "-s", system.toString()));
    command.addAll(
        List.of(
            "-o", expected.toString(), "--real_error", "--atomic", "-f", "7", "--relative", "0.5"));
    assertThat(Programs.run(folder, "log", command)).isZero();
    assertSameText(out, expected);
    evaluates(model, system);
  }

  /** What our reader does not know, and a frame that nobody can evaluate. */
  private void evaluates(Path model, Path system) throws IOException {
    Path json = folder.resolve("frames.json");
    Files.writeString(
        json,
        """
        {"frames": [
          {"id": "dimer", "elements": ["Ag", "Au"], "coord": [0, 0, 0, 0, 0, 2.6], "box": null},
          {"id": "copper", "elements": ["Cu"], "coord": [0, 0, 0], "box": null}]}
        """);
    Path out = folder.resolve("eval.json");
    assertThat(terminal.run("eval", "--engine", "jvm", "-m", model, "--json", json, "-o", out))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("shared.pb", "--engine dp");
    terminal.succeed("eval", "-m", model, "--json", json, "-o", out);
    assertThat(terminal.err()).contains("evaluated by DeePMD-kit", "shared.pb");
    assertThat(terminal.err())
        .contains(
            "type Cu is not in the models' type map [Ag, Au]",
            "1 frame could not be evaluated: its numbers are NaN");
    String text = Files.readString(out);
    assertThat(text).contains("\"made_by\":\"DeePMD-kit 3.");
    JsonNode energy =
        new ObjectMapper().readTree(text.replace("NaN", "null")).at("/frames/0/models/0");
    assertThat(
            energy.path("atom_energy").get(0).asDouble()
                + energy.path("atom_energy").get(1).asDouble())
        .isCloseTo(energy.path("energy").asDouble(), within(1e-12));
  }
}
