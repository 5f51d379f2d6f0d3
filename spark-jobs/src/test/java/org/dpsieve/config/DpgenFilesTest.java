package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that DP-GEN's users have: its older keys, and those that it asks for. */
class DpgenFilesTest {
  @TempDir private Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
  }

  @Test
  void theSeedAsPrintedIsUnderstoodAndMissesOnlyTheFilesItNames() throws IOException {
    run.write(run.simplify, Fixture.resource("seed.json"));
    assertThat(run.complaint().lines().map(line -> line.replaceFirst("^ +\\d+\\. ", "")))
        .hasSize(5)
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("4 problems; nothing was started:"),
            line -> assertThat(line).contains("line 6: pick_data", "/Ag-Au/simp/collect"),
            line -> assertThat(line).contains("fp_pp_path: no such folder", "vasp_input"),
            line -> assertThat(line).contains("fp_incar: no such file", "vasp_input/INCAR"),
            line ->
                assertThat(line)
                    .contains(
                        "training_iter0_model_path: '/Ag-Au/final/00.train/00[0-3]' matches"
                            + " nothing"));
  }

  @Test
  void theSeedsOldKeysAreMappedAndListed() throws IOException {
    String seed =
        Fixture.resource("seed.json")
            .replace("/Ag-Au/simp/collect", "pool")
            .replace("/Ag-Au/final/00.train/00[0-3]", Fixture.MODELS + "/[0-3]")
            .replace("\"fp_style\": \"vasp\"", "\"fp_style\": \"d3\"");
    run.write(run.simplify, seed);
    RunConfig config = run.read();
    SimplifyConfig simplify = config.simplify();
    assertThat(simplify.trust().force()).isEqualTo(new TrustBand(0.2, 100));
    assertThat(simplify.trust().energy()).isEqualTo(new TrustBand(1e10, 1e10));
    assertThat(simplify.train().input(0).loss())
        .isEqualTo(new TrainingInput.Loss(100, 100, 1, 1, 0.9, 1));
    assertThat(simplify.train().input(0).trainable())
        .isEqualTo(TrainingInput.Trainable.OUTPUT_LAYER);
    assertThat(simplify.train().input(0).json())
        .contains("\"numb_steps\" : 400000", "\"training_data\"")
        .doesNotContain("load_ckpt", "stop_batch", "set_prefix", "numb_test");
    assertThat(String.join("\n", config.migrations()))
        .contains(
            "line 98: f_trust_lo: old name, taken as model_devi_f_trust_lo",
            "train_param: old key, of no effect",
            "shuffle_poscar: old key",
            "use_clusters: old key",
            "training.stop_batch: old name, taken as numb_steps",
            "training.load_ckpt: old key",
            "taken as training_data.batch_size");
    assertThat(String.join("\n", config.warnings()))
        .contains(
            "fp_skip_bad_box: applied to every pick",
            "of no effect with fp_style d3: fp_pp_path, fp_pp_files, fp_incar",
            "descriptor.sel: found [150,150], the model has [120, 120]",
            "fitting_net.neuron: found [240,240,240], the model has [80, 80, 80]")
        .doesNotContain("total energy");
  }

  @Test
  void dpgensOwnRunIsReadAsItIs() throws IOException {
    run.write(run.simplify, Files.readString(Shared.path("expected/dpgen-run/simplify.json")));
    run.set("pick_data", "\"%s\"".formatted(Shared.path("data/ag-au/pbe-d3")));
    run.set("training_iter0_model_path", "[\"%s/ag-au/[0-3]\"]".formatted(Shared.path("models")));
    RunConfig config = run.read();
    assertThat(config.simplify().pick().initPickNumber()).isEqualTo(100);
    assertThat(config.simplify().label().taskMax()).isEmpty();
    assertThat(config.simplify().train().models()).hasSize(4);
    assertThat(config.migrations()).isEmpty();
    assertThat(config.warnings())
        .singleElement()
        .asString()
        .contains("fp_task_max: of no effect: labeled is true");
  }

  @Test
  void keysThatDpgenRequiresForNothingMayBeAbsent() throws IOException {
    run.set("init_data_sys", null).set("sys_configs", null).set("fp_task_min", null);
    assertThat(run.complaint()).isEmpty();
  }

  @Test
  void theOldEnergyLevelIsMappedWithAWarningOfItsUnit() throws IOException {
    run.set("e_trust_lo", "0.5").set("e_trust_hi", "1e10").set("stop_iter", "6");
    run.set("max_iter", null);
    RunConfig config = run.read();
    assertThat(config.simplify().trust().energy()).isEqualTo(new TrustBand(0.5, 1e10));
    assertThat(config.simplify().pick().maxIter()).hasValue(6);
    assertThat(config.warnings()).singleElement().asString().contains("eV per atom; the number");
  }

  @Test
  void anOldKeyBesideItsSuccessorIsAnError() throws IOException {
    assertThat(run.set("f_trust_lo", "0.3").complaint())
        .contains("f_trust_lo: old name of model_devi_f_trust_lo, which is given too");
  }
}
