package org.dpsieve.label;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.dpsieve.label.cp2k.Cp2kReader;
import org.dpsieve.label.espresso.PwscfReader;
import org.dpsieve.label.vasp.VaspReader;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Outputs that a full disk, a killed job or a person spoilt: always an outcome, never a failure.
 */
class MutatedOutputsTest {
  private static final String[] WORDS = {
    "",
    " ",
    "NaN",
    "****************",
    "-1",
    "1e999",
    "99999999999",
    "0",
    "(",
    "\u00e4",
    "</v>",
    "="
  };

  static Stream<Arguments> outputs() throws IOException {
    List<Arguments> outputs = new ArrayList<>();
    for (String name : List.of("pwscf.output", "cp2k.output", "OUTCAR", "vasprun.xml")) {
      OutputReader reader =
          switch (name) {
            case "pwscf.output" -> new PwscfReader();
            case "cp2k.output" -> new Cp2kReader();
            default -> new VaspReader();
          };
      outputs.add(Arguments.of(name, reader, ProgramFixture.resource("outputs/" + name)));
    }
    return outputs.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outputs")
  void everyMutationEndsInAnOutcome(String name, OutputReader reader, Path file)
      throws IOException {
    mutate(reader, Files.readString(file, ISO_8859_1), 400);
  }

  static Stream<String> realOutputs() {
    return Stream.of("OUTCAR.ch4.unconverged", "Ti-O-Ti-v6_OUTCAR", "vasprun.h2o.md.xml");
  }

  @ParameterizedTest
  @MethodSource("realOutputs")
  void soDoRealOnes(String name) throws IOException {
    mutate(new VaspReader(), Files.readString(Shared.path("vasp/" + name), ISO_8859_1), 60);
  }

  private static void mutate(OutputReader reader, String whole, int times) throws IOException {
    Random random = new Random(20251);
    Calculation original = read(reader, whole);
    assertThat(original.steps()).isNotEmpty();
    int atoms = original.elements().size();
    for (int i = 0; i < times; i++) {
      String text = whole;
      for (int n = random.nextInt(4); n >= 0; n--) {
        text = mutated(text, random);
      }
      Calculation calculation = read(reader, text);
      assertThat(calculation.outcome()).as("mutation %d", i).isNotNull();
      assertThat(calculation.reason().isEmpty())
          .as("mutation %d: %s", i, calculation.reason())
          .isEqualTo(calculation.outcome() == TaskOutcome.FINISHED);
      for (Calculation.Step step : calculation.steps()) {
        assertThat(step.force()).hasSameSizeAs(step.coord());
        assertThat(step.coord()).hasSize(3 * calculation.elements().size());
      }
      assertThat(atoms).isPositive();
    }
  }

  private static Calculation read(OutputReader reader, String text) throws IOException {
    String name = reader.names().get(0);
    return reader.read(name, ProgramFixture.file(name, text.getBytes(ISO_8859_1)));
  }

  private static String mutated(String text, Random random) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(200));
    String rest = text.substring(to);
    return switch (random.nextInt(6)) {
      case 0 -> text.substring(0, from); // cut
      case 1 -> text.substring(0, from) + rest; // a hole
      case 2 -> text.substring(0, to) + text.substring(from); // twice
      case 3 -> text.substring(0, from) + WORDS[random.nextInt(WORDS.length)] + rest;
      case 4 -> word(text, from, WORDS[random.nextInt(WORDS.length)]);
      default -> lineTwice(text, from);
    };
  }

  /** Another word in place of the next number. */
  private static String word(String text, int from, String word) {
    return text.substring(0, from)
        + text.substring(from).replaceFirst("-?\\d+\\.?\\d*", word.replace("$", ""));
  }

  private static String lineTwice(String text, int from) {
    int end = text.indexOf('\n', from);
    int start = text.lastIndexOf('\n', from) + 1;
    return end < start ? text : text.substring(0, end + 1) + text.substring(start);
  }
}
