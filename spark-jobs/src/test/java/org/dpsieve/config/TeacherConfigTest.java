package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.StyleSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeacherConfigTest {
  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
    run.set("labeled", "false").set("fp_style", "\"dp\"").set("fp_params", models("*"));
  }

  private static String models(String pattern) {
    return "{\"models\": [\"%s/%s\"]}".formatted(Fixture.MODELS, pattern);
  }

  private StyleSettings settings() {
    return run.read().simplify().label().settings().orElseThrow();
  }

  @Test
  void severalModelsAreAnEnsemble() throws IOException {
    assertThat(run.complaint()).isEmpty();
    assertThat(settings().plan()).startsWith("by 4 Deep Potentials, their mean: ");
    assertThat(((BatchLabeller) settings().labeller()).knowsSigma()).isTrue();
    assertThat(settings().reference()).isEqualTo("the mean of 4 teachers");
    run.set("fp_params", models("0"));
    assertThat(((BatchLabeller) settings().labeller()).knowsSigma()).isFalse();
  }

  @Test
  void otherModelsOrAnotherLimitAreAnotherRun() throws IOException {
    Map<String, String> one = run.identity();
    assertThat(run.set("teacher_trust", "0.3").identity()).isNotEqualTo(one);
    assertThat(run.set("teacher_trust", null).set("fp_params", models("[01]")).identity())
        .isNotEqualTo(one);
  }

  @Test
  void aCalculatorIsAnImportPathWithArguments() throws IOException {
    Files.writeString(folder.resolve("a.model"), "weights");
    run.set("fp_style", "\"ase\"").set("fp_params", "{\"calculator\": \"a.b.C\"}");
    assertThat(run.complaint()).isEmpty();
    assertThat(settings().plan()).startsWith("by a.b.C of ASE");
    Map<String, String> one = run.identity();
    String more =
        "{\"calculator\": \"a.b.C\", \"arguments\": {\"model\": {\"file\": \"a.model\"}},"
            + " \"info\": {\"charge\": {\"fparam\": 0}}, \"time_limit\": %s}";
    Map<String, String> other = run.set("fp_params", more.formatted("60")).identity();
    assertThat(other).isNotEqualTo(one);
    assertThat(run.set("fp_params", more.formatted("5")).identity()).isEqualTo(other);
    Files.writeString(folder.resolve("a.model"), "others");
    assertThat(run.identity()).isNotEqualTo(other);

    assertThat(run.set("fp_params", more.formatted("-1")).complaint()).contains("time_limit");
    assertThat(run.set("fp_params", "{}").complaint()).contains("fp_params.calculator is missing");
    assertThat(run.set("fp_params", "{\"calculator\": \"C(1); x\"}").complaint())
        .contains("found 'C(1); x', expected an import path");
    assertThat(
            run.set(
                    "fp_params",
                    "{\"calculator\": \"a.C\", \"arguments\": {\"x\": [{\"file\": \"none\"}]}}")
                .complaint())
        .contains("fp_params.arguments: no such file", "none");
    assertThat(
            run.set(
                    "fp_params",
                    "{\"calculator\": \"a.C\", \"info\": {\"charge\": {\"fparam\": \"x\"}}}")
                .complaint())
        .contains("fp_params.info", "charge");
    assertThat(
            run.set(
                    "fp_params",
                    "{\"calculator\": \"a.C\", \"info\": {\"constraints\": [{\"moment\": {\"fparam\": -1}}]}}")
                .complaint())
        .contains("fp_params.info", "moment");
  }

  @Test
  void whatIsWrongIsSaid() throws IOException {
    assertThat(run.set("fp_params", null).complaint()).contains("fp_params is missing");
    assertThat(run.set("fp_params", "{}").complaint()).contains("fp_params.models is missing");
    assertThat(run.set("fp_params", "{\"models\": []}").complaint()).contains("empty list");
    assertThat(run.set("fp_params", "{\"models\": \"none.pb\"}").complaint())
        .contains("fp_params.models: no such file: ", "none.pb");
    assertThat(run.set("fp_params", "{\"model\": \"a.pb\"}").complaint())
        .contains("did you mean 'models'");
    run.set("fp_params", models("0"));
    assertThat(run.set("teacher_trust", "0.3").complaint()).contains("disagrees with nobody");
    run.set("fp_params", models("*"));
    assertThat(run.set("teacher_trust", "\"high\"").complaint()).contains("expected a number");
    assertThat(run.set("fp_style", "\"d3\"").set("fp_params", "{}").complaint()).isEmpty();
  }

  private RunConfig rehearsal(String teacher) throws IOException {
    Optional<Path> file =
        teacher == null
            ? Optional.empty()
            : Optional.of(Files.writeString(folder.resolve("teacher.json"), teacher));
    return ConfigReader.rehearsal(run.simplify, run.machine, file);
  }

  private void refused(String teacher, String... words) {
    assertThatThrownBy(() -> rehearsal(teacher))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(words);
  }

  /** What the program needs may not be there yet. */
  @Test
  void aRehearsalPutsATeacherInThePlaceOfTheProgram() throws IOException {
    run.set("fp_style", "\"vasp\"").set("fp_params", null).set("fp_pp_path", "\"none\"");
    run.set("fp_task_max", "7").set("ratio_failed", "0.25");
    run.setMachine("fp", "{\"engine\": \"command\", \"command\": \"vasp_std\"}");
    RunConfig byD3 = rehearsal(null);
    LabelConfig label = byD3.simplify().label();
    assertThat(label.style().key()).isEqualTo("d3");
    assertThat(label.taskMax()).hasValue(7);
    assertThat(label.ratioFailed()).isEqualTo(0.25);
    assertThat(byD3.machine().fp().engine()).isEqualTo(Engine.EMBEDDED);
    assertThat(byD3.machine().fp().node()).isEmpty();
    assertThat(byD3.warnings())
        .anySatisfy(
            text ->
                assertThat(text)
                    .startsWith("rehearsal: ")
                    .endsWith("in the place of fp_style vasp; --teacher FILE names another"));
    String teacher = "{\"fp_style\": \"dp\", \"fp_params\": %s}";
    assertThat(
            rehearsal(teacher.formatted(models("*")))
                .simplify()
                .label()
                .settings()
                .orElseThrow()
                .plan())
        .startsWith("by 4 Deep Potentials");

    refused("{\"fp_style\": \"vasp\"}", "teacher.json, line 1: fp_style", "d3, d4, dp, ase");
    refused("{}", "teacher.json: fp_style is missing");
    refused(teacher.formatted("{\"models\": \"none.pb\"}"), "teacher.json", "none.pb");
    refused(
        "{\"fp_style\": \"d3\", \"fp_task_max\": 3}",
        "teacher.json, line 1: fp_task_max: unknown key");
    run.set("labeled", "true");
    refused(null, "labeled", "nothing to rehearse");
  }

  @Test
  void aTeacherOfTheFileItselfStaysUnlessAnotherIsNamed() throws IOException {
    assertThat(rehearsal(null).simplify().label().style().key()).isEqualTo("dp");
    assertThat(rehearsal("{\"fp_style\": \"d3\"}").simplify().label().style().key())
        .isEqualTo("d3");
    run.set("property", "{}");
    refused(null, "property", "energies and forces alone");
  }
}
