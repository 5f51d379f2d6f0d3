package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.dpsieve.label.LabelIdentity;
import org.dpsieve.label.StyleSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramConfigTest {
  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
    Files.createDirectories(folder.resolve("pseudo"));
    Files.writeString(folder.resolve("pseudo/Ag.upf"), "Ag");
    Files.writeString(folder.resolve("pseudo/Au.upf"), "Au");
    run.set("labeled", "false")
        .set("fp_style", "\"pwscf\"")
        .set("fp_pp_path", "\"pseudo\"")
        .set("fp_pp_files", "[\"Ag.upf\", \"Au.upf\"]");
  }

  @Test
  void userParametersAreTheProgramsOwn() throws IOException {
    run.set("user_fp_params", "{\"_comment\": 1, \"control\": {\"_x\": 1}, \"kspacing\": 0.2}");
    LabelIdentity program = settings().identity();
    assertThat(program.inputs()).containsOnlyKeys("user_fp_params");
    assertThat(program.inputs().get("user_fp_params").level())
        .isEqualTo(Map.of("control", "{}", "kspacing", "0.2"));
    assertThat(program.files().get("fp_pp_files"))
        .containsExactly(folder.resolve("pseudo/Ag.upf"), folder.resolve("pseudo/Au.upf"));
  }

  private StyleSettings settings() {
    return run.read().simplify().label().settings().orElseThrow();
  }

  @Test
  void anotherLevelOfTheoryIsAnotherRun() throws IOException {
    Map<String, String> one = run.set("user_fp_params", "{\"kspacing\": 0.2}").identity();
    assertThat(run.set("user_fp_params", "{ \"kspacing\":0.20, \"_why\": 1 }").identity())
        .isEqualTo(one);
    assertThat(run.set("user_fp_params", "{\"kspacing\": 0.1}").identity()).isNotEqualTo(one);
    run.set("user_fp_params", "{\"kspacing\": 0.2}");
    Files.writeString(folder.resolve("pseudo/Au.upf"), "another Au");
    assertThat(run.identity()).isNotEqualTo(one);
    assertThat(one.toString()).contains("Ag Au").doesNotContain("[", "Loss");
  }

  @Test
  void potentialsArePerElementAndThere() throws IOException {
    run.set("user_fp_params", "{\"kspacing\": 0.2}").set("fp_pp_files", "[\"Ag.upf\"]");
    assertThat(run.complaint()).contains("fp_pp_files: found 1 file, expected 2");
    run.set("fp_pp_files", "[\"Ag.upf\", \"Pt.upf\"]");
    assertThat(run.complaint()).contains("fp_pp_files: no such file", "pseudo/Pt.upf");
    run.set("fp_pp_path", "\"nowhere\"");
    assertThat(run.complaint()).contains("fp_pp_path: no such folder");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "pwscf | {\"ecut\": 50} | fp_params.ediff is missing",
        "pwscf | {\"ecut\": 50, \"ecutt\": 1} | fp_params.ecutt: unknown key",
        "siesta | {\"ecut\": -1} | fp_params.ecut: found -1, expected a finite number",
        "siesta | {} | fp_params.NumberPulay is missing",
        "custom | {\"input_fmt\": 3} | fp_params.input_fmt: found 3 (an integer), expected a string",
        "gaussian | {\"keywords\": \"force\"} | fp_params.nproc is missing",
        "gaussian | {\"multiplicity\": \"odd\"} | expected a number from 1 or \"auto\"",
        "cp2k | 1 | fp_params: found 1 (an integer), expected an object",
      })
  void whatIsWrongInTheParametersIsNamed(String style, String params, String expected)
      throws IOException {
    run.set("fp_style", "\"" + style + "\"").set("fp_params", params);
    assertThat(run.complaint()).contains(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "pwscf, user_fp_params is missing",
    "cp2k, external_input_path",
    "abacus, fp_incar an INPUT file",
    "gaussian, keywords",
    "siesta, mixingWeight",
    "custom, output_fmt",
  })
  void parametersMustBeGiven(String style, String expected) throws IOException {
    assertThat(run.set("fp_style", "\"" + style + "\"").complaint()).contains(expected);
  }

  @Test
  void aTemplateOrParametersNotBoth() throws IOException {
    Files.writeString(folder.resolve("template.inp"), "");
    run.set("fp_style", "\"cp2k\"")
        .set("external_input_path", "\"template.inp\"")
        .set("fp_pp_path", null)
        .set("fp_pp_files", null);
    assertThat(settings().plan())
        .isEqualTo("cp2k task folders from " + folder.resolve("template.inp"));
    run.set("user_fp_params", "{}");
    assertThat(run.complaint()).contains("external_input_path: found beside user_fp_params");
  }
}
