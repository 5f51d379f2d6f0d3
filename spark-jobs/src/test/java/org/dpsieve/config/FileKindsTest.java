package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileKindsTest {
  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
    run.write(run.machine, "{\"_comment\": 1, \"train\": {}, \"model_devi\": {}, \"fp\": {}}");
  }

  private static String complaint(Path simplify, Path machine, Path folder) {
    try {
      ConfigReader.read(simplify, machine, folder);
      return "";
    } catch (InputException e) {
      return e.getMessage();
    }
  }

  @Test
  void filesInTheWrongOrderAreOneProblem() {
    assertThat(complaint(run.simplify, run.machine, folder)).isEmpty();
    assertThat(complaint(run.machine, run.simplify, folder).lines())
        .singleElement()
        .asString()
        .contains("look swapped", "expected SIMPLIFY_JSON MACHINE_JSON");
  }

  @Test
  void oneFileGivenTwiceIsOneProblem() {
    assertThat(complaint(run.simplify, run.simplify, folder).lines())
        .singleElement()
        .asString()
        .contains("simplify.json: is no machine file but a parameter file", "type_map");
    assertThat(complaint(run.machine, run.machine, folder).lines())
        .singleElement()
        .asString()
        .contains("machine.json: is no parameter file but a machine file", "train, model_devi, fp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": 1}",
        "{\"stages\": {\"train\": {}}}",
        "{\"name\": \"x\", \"version\": 2}"
      })
  void aFileOfAnotherKindIsRefused(String text) throws IOException {
    Path other = Files.writeString(folder.resolve("other.json"), text);
    assertThat(complaint(run.simplify, other, folder).lines())
        .singleElement()
        .asString()
        .contains("other.json: is no machine file: it has none of train, model_devi and fp");
    assertThat(complaint(other, run.machine, folder).lines())
        .singleElement()
        .asString()
        .contains("other.json: is no parameter file: it has none of type_map");
  }

  @Test
  void aParameterFileOfDpgenRunIsOneProblem() throws IOException {
    run.set("pick_data", null).set("model_devi_jobs", "[]").set("model_devi_dt", "0.002");
    assertThat(complaint(run.simplify, run.machine, folder).lines())
        .singleElement()
        .asString()
        .contains("of dpgen run (model_devi_jobs)", "pick_data");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"_comment\": \"nothing to say\"}",
        "{\"api_version\": \"1.0\"}",
        "{\"train_machine\": {\"machine_type\": \"local\"}}",
        "{\"python_path\": \"/usr/bin/python3\"}"
      })
  void whatMayBeAMachineFileIsOne(String text) throws IOException {
    run.write(run.machine, text);
    assertThat(complaint(run.simplify, run.machine, folder)).isEmpty();
  }
}
