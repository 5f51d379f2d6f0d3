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
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvalCommandTest {
  private static final String MODEL =
      Shared.repository().resolve("conf/ag-au/models/0/graph.pb").toString();

  @TempDir private Path folder;

  private final Terminal terminal = new Terminal();

  private int run(Path in, Path out, String... models) {
    List<Object> command = new ArrayList<>(List.of("eval", "--json", in, "-o", out, "-m"));
    command.addAll(List.of(models));
    return terminal.run(command.toArray());
  }

  @Test
  void writesTheShapeAndNumbersOfTheExpectedFile() throws IOException {
    Path in = Shared.path("expected/small.json");
    String[] models = new String[4];
    for (int i = 0; i < 4; i++) {
      models[i] = Shared.path("models/small/%d/graph.pb".formatted(i)).toString();
    }
    Path out = folder.resolve("out.json");
    assertThat(run(in, out, models)).isZero();
    Goldens expected = Goldens.read(in);
    Goldens actual = Goldens.read(out);
    assertThat(actual.models()).containsExactly(models);
    assertThat(actual.frames()).hasSameSizeAs(expected.frames());
    JsonNode written = new ObjectMapper().readTree(out.toFile()).path("frames");
    JsonNode wanted = new ObjectMapper().readTree(in.toFile()).path("frames");
    for (int f = 0; f < expected.frames().size(); f++) {
      for (int m = 0; m < 4; m++) {
        Predictions.assertClose(
            actual.frames().get(f).expected().get(m),
            expected.frames().get(f).expected().get(m),
            1,
            expected.frames().get(f).frame().name());
      }
      for (String key : new String[] {"id", "elements", "coord", "box"}) {
        assertThat(written.get(f).path(key)).isEqualTo(wanted.get(f).path(key));
      }
      JsonNode deviation = wanted.get(f).path("deviation");
      deviation
          .fieldNames()
          .forEachRemaining(key -> assertThat(deviation.path(key).asDouble()).as(key).isNotNaN());
      for (String key : new String[] {"max_devi_f", "avg_devi_f", "min_devi_v", "devi_e"}) {
        assertThat(written.get(f).path("deviation").path(key).asDouble())
            .isCloseTo(deviation.path(key).asDouble(), within(1e-9));
      }
    }
  }

  @Test
  void oneModelWithoutCellOrIdIsEnough() throws IOException {
    Path in = folder.resolve("in.json");
    Files.writeString(
        in,
        "{\"frames\": [{\"elements\": [\"Ag\", \"Au\"], \"coord\": [[0, 0, 0], [0, 0, 2.6]]}]}");
    Path out = folder.resolve("out.json");
    assertThat(run(in, out, MODEL)).isZero();
    JsonNode frame = new ObjectMapper().readTree(out.toFile()).path("frames").get(0);
    assertThat(frame.path("id").asText()).isEqualTo("0");
    assertThat(frame.path("box").isNull()).isTrue();
    assertThat(frame.path("deviation").path("max_devi_f").asDouble()).isZero();
    JsonNode force = frame.path("models").get(0).path("force");
    assertThat(force.get(2).asDouble())
        .isNotZero()
        .isCloseTo(-force.get(5).asDouble(), within(1e-12));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"frames\": [ | no valid JSON: it ends too early",
        "{\"frames\": []} | no frames; expected",
        "[1, 2] | no frames; expected",
        "{\"frames\": [{\"id\": \"x\", \"elements\": [\"Xx\"], \"coord\": [0,0,0]}]}"
            + " | type Xx of atom 0 is not in the models' type map [Ag, Au], nor is any other",
        "{\"frames\": [{\"id\": \"x\", \"elements\": [\"A x\"], \"coord\": [0,0,0]}]}"
            + " | frames[0] (x): elements: type name 'A x': no white space",
        "{\"frames\": [{\"elements\": [\"Ag\"], \"coord\": [0,0]}]}"
            + " | frames[0] (0): coord holds 2 numbers, expected 3 (3 x 1 atom)",
        "{\"frames\": [{\"elements\": [\"Ag\"]}]} | coord: found nothing, expected a list",
        "{\"frames\": [{\"elements\": [\"Ag\"], \"coord\": [0,0,\"a\"]}]} | found \"a\", expected numbers",
        "{\"frames\": [{\"elements\": [\"Ag\"], \"coord\": [0,0,0], \"box\": [1]}]}"
            + " | box holds 1 number, expected 9",
        "{\"frames\": [{\"elements\": [\"Cu\"], \"coord\": [0,0,0]}]} | element Cu of atom 0",
        "{\"frames\": [{\"elements\": [\"Ag\"], \"coord\": [0,0,0], \"charge\": 1}]}"
            + " | charge: frames with a charge have no place here",
      })
  void whatIsWrongIsSaidAndNothingWritten(String json, String message) throws IOException {
    Path in = folder.resolve("in.json");
    Files.writeString(in, json);
    Path out = folder.resolve("out.json");
    assertThat(run(in, out, MODEL)).isEqualTo(2);
    assertThat(terminal.err()).contains(message);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(in);
    }
  }

  /** One frame that nobody can calculate costs the others nothing. */
  @Test
  void aFrameThatCannotBeEvaluatedIsNaNAndSaid() throws IOException {
    String silver = "{\"id\": \"%s\", \"elements\": [\"Ag\", \"Ag\"], \"coord\": %s, \"box\": %s}";
    String cube = "[9,0,0,0,9,0,0,0,9]";
    Path in = folder.resolve("in.json");
    Files.writeString(
        in,
        "{\"frames\": [%s, %s, %s, %s, %s]}"
            .formatted(
                silver.formatted("good", "[0,0,0,2,2,0]", cube),
                silver.formatted("nan", "[0,NaN,0,2,2,0]", cube),
                silver.formatted("flat", "[0,0,0,2,2,0]", "[1,0,0,0,1,0,1,1,0]"),
                silver.formatted("twice", "[1,2,3,1,2,3]", cube),
                silver.formatted("again", "[0,0,0,2,2,0]", cube)));
    Path out = folder.resolve("out.json");
    assertThat(run(in, out, MODEL)).as(terminal::said).isZero();
    assertThat(terminal.err())
        .contains("nan#", "coord number 1 is NaN", "flat#", "the cell's volume is 0.00", "twice#")
        .contains("atoms 0 and 1 are at one place")
        .contains("warning: 3 frames could not be evaluated");
    String text = Files.readString(out);
    assertThat(text.split("\"energy\":NaN", -1)).hasSize(4);
  }

  @Test
  void aFrameOfAnUnknownTypeIsNaNAndSaid() throws IOException {
    Path in = folder.resolve("in.json");
    Files.writeString(
        in,
        """
        {"frames": [
          {"id": "copper", "elements": ["Cu", "Ag"], "coord": [0, 0, 0, 0, 0, 2.6], "box": null},
          {"id": "dimer", "elements": ["Ag", "Au"], "coord": [0, 0, 0, 0, 0, 2.6], "box": null}]}
        """);
    Path out = folder.resolve("out.json");
    assertThat(run(in, out, MODEL)).as(terminal::said).isZero();
    assertThat(terminal.err())
        .contains("copper#", "type Cu is not in the models' type map [Ag, Au]; its numbers are NaN")
        .contains("warning: 1 frame could not be evaluated: its numbers are NaN");
    JsonNode frames =
        new ObjectMapper().readTree(Files.readString(out).replace("NaN", "null")).path("frames");
    assertThat(frames.at("/0/models/0/energy").isNull()).isTrue();
    assertThat(frames.at("/0/models/0/force")).hasSize(6).allMatch(JsonNode::isNull);
    assertThat(frames.at("/1/models/0/energy").asDouble()).isNotZero();
  }

  @Test
  void systemsAreFramesToo() throws IOException {
    Path system = Shared.repository().resolve("conf/ag-au/pbe/Ag8");
    Path out = folder.resolve("out.json");
    terminal.succeed("eval", "-m", MODEL, "-s", system, "-o", out);
    JsonNode frames = new ObjectMapper().readTree(out.toFile()).path("frames");
    // what comes out goes in
    Path again = folder.resolve("again.json");
    assertThat(run(out, again, MODEL)).isZero();
    assertThat(frames.size()).isGreaterThan(10);
    assertThat(frames.get(3).path("id").asText()).endsWith("Ag8#3");
    assertThat(new ObjectMapper().readTree(again.toFile()).path("frames")).isEqualTo(frames);
    assertThat(terminal.run("eval", "-m", MODEL, "-o", out)).isEqualTo(2);
    assertThat(terminal.run("eval", "-m", MODEL, "-o", out, "-s", system, "--json", again))
        .isEqualTo(2);
  }
}
