package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From models of energies and labels to models of a property and their deviation;
 * docs/properties.md.
 */
class PropertyCommandsTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final Property COHESION = Property.of("cohesion:intensive");

  @TempDir private Path folder;
  private final Terminal terminal = new Terminal();
  private Path labelled;

  /** What an atom is bound by, on average: an intensive quantity that hangs on surroundings. */
  @BeforeEach
  void label() throws IOException {
    labelled = folder.resolve("labelled");
    for (String name : List.of("Ag4Au4", "Ag8", "Ag6Au2", "Au8")) {
      List<Frame> frames = new ArrayList<>();
      for (Frame frame : DeepmdSystems.readNpy(EXAMPLE.resolve("pbe/" + name)).subList(0, 12)) {
        double[] value = {frame.labels().energy() / frame.atomCount()};
        frames.add(frame.withProperties(Map.of(COHESION, value)));
      }
      try (NpySystemWriter writer =
          new NpySystemWriter(
              new LocalStorage(), labelled.resolve(name).toString(), List.of("Ag", "Au"), 12)) {
        for (Frame frame : frames) {
          writer.add(frame);
        }
      }
    }
  }

  private int run(Object... words) {
    return terminal.run(Stream.of(words).map(Object::toString).toArray());
  }

  /** The page's commands, word by word, in a folder where its files are. */
  private List<List<String>> commandsOfThePage() throws IOException {
    List<List<String>> commands = new ArrayList<>();
    boolean shell = false;
    for (String line : Files.readAllLines(Shared.repository().resolve("docs/properties.md"))) {
      shell = line.startsWith("```") ? line.equals("```sh") : shell;
      if (shell && line.startsWith("dpsieve ")) {
        commands.add(
            Stream.of(line.substring("dpsieve ".length()).split(" "))
                .map(
                    word ->
                        word.startsWith("models/")
                            ? EXAMPLE.resolve(word).toString()
                            : word.equals("labelled")
                                    || word.startsWith("cohesion-")
                                    || word.startsWith("cohesion.")
                                ? folder.resolve(word).toString()
                                : word)
                .toList());
      }
    }
    return commands;
  }

  private double meanOf(String file) throws IOException {
    return Files.readAllLines(folder.resolve(file)).stream()
        .filter(line -> !line.startsWith("#"))
        .mapToDouble(line -> Double.parseDouble(line.strip().split("\\s+")[1]))
        .average()
        .orElseThrow();
  }

  @Test
  void theCommandsOfThePageRun() throws IOException {
    List<List<String>> commands = commandsOfThePage();
    assertThat(commands).hasSize(6);
    for (List<String> command : commands) {
      assertThat(run(command.toArray())).as(terminal::said).isZero();
      if (command.get(0).equals("transfer")) {
        assertThat(terminal.out())
            .contains("property          cohesion:intensive")
            .contains("labelled frames   48")
            .contains("hidden layer")
            .contains("95 % intervals");
      }
      assertThat(terminal.said()).doesNotContain("no cohesion labels");
    }
    List<String> lines = Files.readAllLines(folder.resolve("cohesion.devi"));
    assertThat(lines).hasSize(4 * 14);
    assertThat(lines.get(1)).contains("max_devi_p", "min_devi_p", "avg_devi_p");
    assertThat(meanOf("cohesion.devi")).isPositive().isLessThan(0.01);
    assertThat(meanOf("cohesion.error")).isPositive().isLessThan(0.02);
  }

  private double rmseOf(String file) throws IOException {
    return Math.sqrt(
        Files.readAllLines(folder.resolve(file)).stream()
            .filter(line -> !line.startsWith("#"))
            .mapToDouble(line -> Double.parseDouble(line.strip().split("\\s+")[1]))
            .map(error -> error * error)
            .average()
            .orElseThrow());
  }

  /** model-devi --engine dp, and dp test, whose error is ours. */
  @Test
  @Tag("peer")
  void deepmdKitSaysTheSame() throws IOException, InterruptedException {
    Path dp = DeepmdKit.dp();
    for (int m = 0; m < 2; m++) {
      Path source = EXAMPLE.resolve("models/%d/graph.pb".formatted(m));
      Path target = folder.resolve("c%d.dp".formatted(m));
      run(
          (Object[])
              "transfer -m %s --property cohesion:intensive --basis hidden -s %s -o %s"
                  .formatted(source, labelled, target)
                  .split(" "));
    }
    Path system = labelled.resolve("Ag6Au2");
    for (String engine : List.of("jvm", "dp")) {
      String models = folder.resolve("c0.dp") + " " + folder.resolve("c1.dp");
      String what = "model-devi --property cohesion --engine " + engine + " -m " + models;
      String where = " -s " + system + " -o " + folder.resolve(engine + ".devi");
      assertThat(run((Object[]) (what + where).split(" "))).as(terminal::said).isZero();
    }
    assertThat(Files.readString(folder.resolve("dp.devi")))
        .isEqualTo(Files.readString(folder.resolve("jvm.devi")));
    String errors = "model-devi --property cohesion --real_error -m " + folder.resolve("c0.dp");
    run((Object[]) (errors + " -s " + system + " -o " + folder.resolve("error")).split(" "));
    Path log = folder.resolve("dp-test.log");
    Process test =
        new ProcessBuilder(
                dp.toString(), "test", "-m", folder + "/c0.dp", "-s", system.toString(), "-n", "99")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(test.waitFor()).isZero();
    Matcher rmse = Pattern.compile("PROPERTY RMSE\\s+:\\s+(\\S+)").matcher(Files.readString(log));
    assertThat(rmse.find()).as(Files.readString(log)).isTrue();
    assertThat(Double.parseDouble(rmse.group(1))).isCloseTo(rmseOf("error"), within(1e-7));
  }

  @Test
  void saysWhatDoesNotFit() {
    Path model = EXAMPLE.resolve("models/0/graph.pb");
    Path target = folder.resolve("x.dp");
    assertThat(run("transfer", "-m", model, "--property", "gap", "-s", labelled, "-o", target))
        .isEqualTo(2);
    assertThat(terminal.said()).contains("0 of 48 frames have the label gap:extensive");
    assertThat(
            run(
                "transfer",
                "-m",
                model,
                "--property",
                "cohesion",
                "-s",
                labelled,
                "-o",
                folder.resolve("x.pb")))
        .isEqualTo(2);
    assertThat(terminal.said()).contains("give it a name that ends so");
    assertThat(run("model-devi", "-m", model, "--property", "gap", "-s", labelled)).isEqualTo(2);
    assertThat(terminal.said()).contains("no model of a property");
    assertThat(target).doesNotExist();
  }

  /** As failed calculations leave it: such a frame is left out, and said. */
  @Test
  void labelsThatAreNoNumbersCostTheirFrameAlone() throws IOException {
    Path array = labelled.resolve("Ag8/set.000/cohesion.npy");
    double[] values = NpyArray.open(array).read();
    values[3] = Double.NaN;
    NpyWriter.write(new LocalStorage(), array.toString(), values, values.length, 1);
    Path target = folder.resolve("c.dp");
    assertThat(
            run(
                "transfer",
                "-m",
                EXAMPLE.resolve("models/0/graph.pb"),
                "--property",
                COHESION,
                "--basis",
                "hidden",
                "-s",
                labelled,
                "-o",
                target))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out()).contains("labelled frames   47 of 48");
    assertThat(terminal.said())
        .contains("1 frame is left out, as cohesion is no finite number", "the first: ", "Ag8#3");
    terminal.clear();
    Path output = folder.resolve("nan.error");
    assertThat(
            run(
                "model-devi",
                "-m",
                target,
                "--property",
                "cohesion",
                "-s",
                labelled,
                "--real_error",
                "-o",
                output))
        .isZero();
    assertThat(terminal.err()).contains("Ag8#3: its label cohesion is NaN");
    Files.writeString(labelled.resolve("Ag8/type_map.raw"), "Cu\nAu\n");
    assertThat(
            run(
                "model-devi",
                "-m",
                target,
                "--property",
                "cohesion",
                "-s",
                labelled,
                "-o",
                folder.resolve("copper")))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.err())
        .contains("Ag8#0: type Cu is not in the models' type map [Ag, Au]", "rows are NaN");
  }
}
