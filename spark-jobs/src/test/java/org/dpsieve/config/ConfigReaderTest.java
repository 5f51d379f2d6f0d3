package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.dpsieve.error.InputException;
import org.dpsieve.label.StyleSettings;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both files together: what a correct run comes to, and how mistakes are told. */
class ConfigReaderTest {
  @TempDir private Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
  }

  @Test
  void readsEveryPartOfACorrectRun() {
    RunConfig config = run.read();
    SimplifyConfig simplify = config.simplify();
    assertThat(simplify.typeMap()).containsExactly("Ag", "Au");
    assertThat(simplify.pool().pickData()).containsExactly(folder.resolve("pool").toString());
    assertThat(simplify.pool().labeled()).isTrue();
    assertThat(simplify.train().models())
        .extracting(model -> model.getParent().getFileName().toString())
        .containsExactly("1", "0");
    assertThat(simplify.train().input(1).loss())
        .isEqualTo(new TrainingInput.Loss(100, 50, 1, 2, 0.9, 1));
    assertThat(simplify.trust().force()).isEqualTo(new TrustBand(0.2, 100));
    assertThat(simplify.trust().energy().isOff()).isTrue();
    assertThat(simplify.pick())
        .isEqualTo(
            new PickConfig(
                7,
                100,
                50,
                PickStrategy.RANDOM,
                PickStrategy.RANDOM,
                OptionalInt.of(3),
                OptionalInt.of(900),
                Optional.empty(),
                false));
    assertThat(simplify.label().ratioFailed()).isEqualTo(0.1);
    assertThat(config.machine().train().engine()).isEqualTo(Engine.OUTPUT_LAYER);
    assertThat(config.machine().modelDevi().engine()).isEqualTo(Engine.JVM);
    assertThat(config.warnings()).isEmpty();
    assertThat(config.migrations()).isEmpty();
  }

  @Test
  void aTargetErrorNeedsWhoCanExpectErrors() throws IOException {
    run.set("target_error", "{\"energy\": 0.004}");
    assertThat(run.read().simplify().pick().targetError())
        .hasValue(new TargetError(OptionalDouble.of(0.004), OptionalDouble.empty()));
    run.setMachine("model_devi/precision", "\"float32\"");
    assertThat(run.complaint()).contains("target_error: ", "float64", "label_budget");
    run.setMachine("model_devi/precision", null).set("target_error", "{\"force\": -1}");
    assertThat(run.complaint()).contains("found -1, expected a number above 0, eV/Å");
    run.set("target_error", "{}");
    assertThat(run.complaint()).contains("target_error: holds neither energy");
  }

  @Test
  void theBuiltInExampleIsCorrectFromAnyFolder() {
    Path conf = Shared.repository().resolve("conf/ag-au");
    RunConfig config =
        ConfigReader.read(conf.resolve("simplify.json"), conf.resolve("machine.json"), folder);
    assertThat(config.simplify().label().settings().orElseThrow().plan())
        .isEqualTo("DFT-D3 of pbe with zero damping, added to the stored label");
    assertThat(config.simplify().pool().pickData()).containsExactly(conf.resolve("pbe").toString());
    assertThat(config.simplify().label().skipBadBox())
        .containsEntry("length_ratio", 5.0)
        .containsEntry("height_ratio", 5.0);
    assertThat(config.simplify().label().taskMax()).hasValue(100);
  }

  @Test
  void theWalkThroughIsCorrectFromAnyFolder() {
    Path conf = Shared.repository().resolve("conf/espresso");
    RunConfig config =
        ConfigReader.read(conf.resolve("simplify.json"), conf.resolve("machine.json"), folder);
    StyleSettings label = config.simplify().label().settings().orElseThrow();
    assertThat(label.identity().files().get("fp_pp_files"))
        .containsExactly(conf.resolve("Ag.pbe-q11.gth"), conf.resolve("Au.pbe-q11.gth"));
  }

  @Test
  void theCommentedExamplesOfConfNameOnlyKnownKeys() {
    Path conf = Shared.repository().resolve("conf");
    assertThat(conf.resolve("simplify.json")).exists();
    assertThat(conf.resolve("machine.json")).exists();
    assertThatThrownBy(
            () ->
                ConfigReader.read(
                    conf.resolve("simplify.json"), conf.resolve("machine.json"), folder))
        .isInstanceOf(InputException.class)
        .satisfies(
            e ->
                assertThat(e.getMessage().lines().skip(1).toList())
                    .isNotEmpty()
                    .allSatisfy(
                        line ->
                            assertThat(line)
                                .containsAnyOf("there is no ", "no such f", "matches nothing")));
  }

  @Test
  void aMissingLevelIsOneProblem() throws IOException {
    run.set("model_devi_f_trust_lo", null).set("f_trust_low", "0.2");
    assertThat(run.complaint())
        .startsWith("2 problems")
        .contains("model_devi_f_trust_lo is missing", "f_trust_low: unknown key");
  }

  @Test
  void allProblemsOfBothFilesAreReportedTogether() throws IOException {
    run.set("init_pick_number", "\"100\"")
        .set("model_devi_f_trust_low", "0.2")
        .set("model_devi_f_trust_lo", null)
        .set("pick_data", "\"nowhere\"")
        .set("default_training_param/model/descriptor/rcut_smoth", "2")
        .setMachine("fp/resources", "{\"group_size\": 1, \"cpu_per_nod\": 4}")
        .setMachine("model_devi/engine", "\"dp\"")
        .setMachine("model_devi/command", "\"lmp -i in.lammps\"");
    assertThat(run.complaint())
        .startsWith("6 problems")
        .contains(
            "init_pick_number: found \"100\" (a string), expected an integer",
            "unknown key; did you mean 'model_devi_f_trust_lo'?",
            "pick_data: there is no " + folder.resolve("nowhere"),
            "descriptor.rcut_smoth: unknown key; did you mean 'rcut_smth'?",
            "machine.json, line",
            "fp.resources.cpu_per_nod: unknown key; did you mean 'cpu_per_node'?",
            "1265");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "type_map | [\"Ag\",\"Xx\"] | expected type_map of the file, [Ag, Xx]",
        "type_map | [\"Ag\",\"au\"] | did you mean 'Au'?",
        "type_map | \"Ag\" | expected a list of strings",
        "labeled | 1 | found 1 (an integer), expected true or false",
        "numb_models | 4.0 | found 4.0 (a float), expected an integer",
        "numb_models | 5 | found 2 models, expected 5 (numb_models)",
        "iter_pick_number | -1 | expected an integer of at least 1",
        "iter_pick_number | 0 | expected an integer of at least 1",
        "model_devi_f_trust_lo | 200 | above model_devi_f_trust_hi 100; expected lo <= hi",
        "model_devi_f_trust_lo | \"NaN\" | found \"NaN\" (a string), expected a number",
        "model_devi_f_trust_lo | true | found true (a truth value), expected a number",
        "model_devi_f_trust_lo | null | found null, expected a number",
        "pick_strategy | \"worst\" | unknown strategy 'worst'; known: random",
        "max_iter | 0 | expected an integer of at least 1",
        "seed | 1.5 | expected an integer",
        "mass_map | [108] | 2 masses above 0",
        "use_ele_temp | 3 | expected 0, 1 or 2",
        "ratio_failed | 2 | a share from 0 to 1",
        "fp_skip_bad_box | \"lenght_ratio:5\" | did you mean 'length_ratio'?",
        "fp_skip_bad_box | \"length_ratio\" | expected measure:number",
        "fp_style | \"pwmat\" | use custom with dpdata's formats",
        "fp_style | \"vaps\" | did you mean 'vasp'?",
        "train_backend | \"pytorch\" | expected frozen_model.pth or graph.pth or frozen_model.pt or"
            + " graph.pt",
        "train_backend | \"torch\" | expected one of tensorflow, pytorch, jax",
        "model_format | \"pth\" | expected frozen_model.pth or graph.pth (model_format pth)",
        "model_format | \"dp\" | expected frozen_model.dp or graph.dp (model_format dp)",
        "model_format | \"onnx\" | expected one of pb, pth, pt, dp",
        "init_batch_size | [0] | expected \"auto\" or a list of integers",
        "sys_batch_size | \"auto:x\" | expected \"auto\" or a list of integers",
        "training_reuse_iter | 2 | solved anew",
        "training_reuse_old_ratio | 0.5 | count alike",
        "model_devi_activation_func | [[\"tanh\",\"tanh\"]] | keep the activation functions",
        "training_finetune_model | [\"a.pb\"] | name the frozen models in"
            + " training_iter0_model_path",
        "training_init_model | false | expected true",
        "training_iter0_model_path | [] | names no model",
        "training_iter0_model_path | [\"models/7\"] | matches nothing",
        "model_devi_jobs | [] | a key of dpgen run",
        "default_training_param | 3 | expected an object",
        "default_training_param | [{}] | one per model: numb_models is 2",
        "default_training_param/model/type_map | [\"Au\",\"Ag\"] | make them equal",
        "default_training_param/model/descriptor/trainable | true | another choice|",
        "default_training_param/model/fitting_net/trainable | [true] | expected 4: one for each",
        "default_training_param/loss/use_huber | true | squared errors",
        "default_training_param/loss/limit_pref_e | -1 | a finite number of at least 0",
        "default_training_param/training/numb_stesp | 1 | did you mean 'numb_steps'?",
        "default_training_param/training/training_data/sys_probs | [1] | counts alike",
        "default_training_param/lerning_rate | {} | did you mean 'learning_rate'?",
        "f_trust_low | 0.2 | did you mean 'model_devi_f_trust_lo' or"
      })
  void aWrongValueIsNamedWithWhatWasExpected(String key, String json, String expected)
      throws IOException {
    run.setMachine("train/engine", "\"output-layer\"");
    assertThat(run.set(key, json).complaint())
        .contains(key.substring(key.lastIndexOf('/') + 1).split("_")[0])
        .contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "type_map",
        "pick_data",
        "init_pick_number",
        "iter_pick_number",
        "numb_models",
        "model_devi_f_trust_lo",
        "model_devi_f_trust_hi",
        "default_training_param"
      })
  void aMissingKeyIsNamed(String key) throws IOException {
    assertThat(run.set(key, null).complaint()).contains("simplify.json: " + key + " is missing");
  }

  @Test
  void trueErrorLevelsNeedTheLabelsTheyAreMeasuredAgainst() throws IOException {
    run.set("true_error_f_trust_lo", "0.3").set("true_error_f_trust_hi", "50");
    assertThat(run.read().simplify().trust().trueForce()).isEqualTo(new TrustBand(0.3, 50));
    assertThat(run.set("labeled", "false").set("fp_style", "\"d3\"").complaint())
        .contains("true_error_* compares the models with the labels in pick_data");
  }

  @Test
  void infinityIsATrustLevelAsInPythonsJson() throws IOException {
    Files.writeString(
        run.simplify,
        Files.readString(run.simplify)
            .replaceFirst("\\{", "{\"true_error_f_trust_lo\": Infinity,"));
    assertThat(run.read().simplify().trust().usesTrueError()).isFalse();
    Files.writeString(run.simplify, Files.readString(run.simplify).replaceFirst("Infinity", "NaN"));
    assertThat(run.complaint()).contains("true_error_f_trust_lo: found NaN, expected a number");
  }

  @Test
  void filesThatAreNoJsonAreLocated() throws IOException {
    run.write(run.simplify, "{\n  \"type_map\": [\"Ag\",\n}");
    run.write(run.machine, "[1]");
    assertThat(run.complaint())
        .contains("simplify.json, line 3, column ", "not JSON")
        .contains("machine.json: begins with [, expected one object");
    Files.delete(run.simplify);
    run.write(run.machine, "{} x");
    assertThat(run.complaint())
        .contains("simplify.json: there is no such file")
        .contains("machine.json, line 1");
  }

  @Test
  void aKeyGivenTwiceCountsOnceAndIsTold() throws IOException {
    Files.writeString(
        run.simplify,
        Files.readString(run.simplify).replaceFirst("\\{", "{\"iter_pick_number\": 1,"));
    RunConfig config = run.read();
    assertThat(config.simplify().pick().iterPickNumber()).isEqualTo(50);
    assertThat(config.warnings())
        .singleElement()
        .asString()
        .contains("iter_pick_number is given twice");
  }

  @Test
  void yamlIsReadAsWell() throws IOException {
    Path yaml = folder.resolve("machine.yaml");
    Files.writeString(yaml, "# steps\ntrain:\n  engine: output-layer\nmodel_devi: {command: dp}\n");
    RunConfig config = ConfigReader.read(run.simplify, yaml, folder);
    assertThat(config.machine().modelDevi().command()).hasValue("dp");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"functional\": \"pbe0x\"} | fp_params: ",
        "{\"damping\": \"bjm\"} | damping: found 'bjm', expected one of zero, bj; did you mean"
            + " 'bj'?",
        "{\"dampin\": \"bj\"} | unknown key; did you mean 'damping'?",
        "{\"cutoff\": 0} | pair cutoff",
        "{\"cn_cutoff\": \"20\"} | expected a number"
      })
  void theParametersOfD3AreChecked(String params, String expected) throws IOException {
    run.set("labeled", "false").set("fp_style", "\"d3\"").set("fp_params", params);
    assertThat(run.complaint()).contains("fp_params", expected);
  }
}
