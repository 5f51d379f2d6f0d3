package org.dpsieve.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.label.cp2k.Cp2kReader;
import org.dpsieve.label.espresso.PwscfReader;
import org.dpsieve.label.vasp.VaspReader;
import org.dpsieve.testing.Mutations;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Outputs that a full disk, a killed job or a person spoilt: always an outcome, never a failure.
 */
@Tag("slow")
class MutatedOutputsTest {
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
    mutate(name, reader, Files.readAllBytes(file), 300);
  }

  static Stream<String> realOutputs() {
    return Stream.of("OUTCAR.ch4.unconverged", "Ti-O-Ti-v6_OUTCAR", "vasprun.h2o.md.xml");
  }

  @ParameterizedTest
  @MethodSource("realOutputs")
  void soDoRealOnes(String name) throws IOException {
    mutate(name, new VaspReader(), Files.readAllBytes(Shared.path("vasp/" + name)), 40);
  }

  private static void mutate(String name, OutputReader reader, byte[] whole, int few)
      throws IOException {
    assertThat(read(reader, whole).steps()).isNotEmpty();
    Mutations.run(
        name,
        whole,
        few,
        Mutations::text,
        bytes -> {
          Calculation calculation = read(reader, bytes);
          assertThat(calculation.outcome()).isNotNull();
          assertThat(calculation.reason().isEmpty())
              .as(calculation.reason())
              .isEqualTo(calculation.outcome() == TaskOutcome.FINISHED);
          for (Calculation.Step step : calculation.steps()) {
            assertThat(step.force()).hasSameSizeAs(step.coord());
            assertThat(step.coord()).hasSize(3 * calculation.elements().size());
          }
        });
  }

  private static Calculation read(OutputReader reader, byte[] bytes) throws IOException {
    String name = reader.names().get(0);
    return reader.read(name, ProgramFixture.file(name, bytes));
  }
}
