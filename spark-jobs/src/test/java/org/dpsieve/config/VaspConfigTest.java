package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.label.StyleSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaspConfigTest {
  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
    Path inputs = Files.createDirectories(folder.resolve("vasp_input"));
    Files.writeString(inputs.resolve("INCAR"), "ENCUT = 400\nkspacing = 0.2\n  KGAMMA=.FALSE.\n");
    Files.writeString(
        inputs.resolve("POTCAR_Ag"),
        "  PAW_PBE Ag 02Apr2005\n   TITEL  = PAW_PBE Ag_pv 09Dec2005\n");
    Files.writeString(inputs.resolve("POTCAR_Au"), "   TITEL  = PAW_PBE Au 04Oct2007\n");
    run.set("labeled", "false")
        .set("fp_style", "\"vasp\"")
        .set("fp_pp_path", "\"vasp_input\"")
        .set("fp_pp_files", "[\"POTCAR_Ag\", \"POTCAR_Au\"]")
        .set("fp_incar", "\"vasp_input/INCAR\"");
  }

  @Test
  void itsFilesAreFound() {
    RunConfig config = run.read();
    StyleSettings vasp = config.simplify().label().settings().orElseThrow();
    assertThat(vasp.plan())
        .isEqualTo(
            "VASP task folders from %s and POTCAR_Ag, POTCAR_Au"
                .formatted(folder.resolve("vasp_input/INCAR")));
    assertThat(vasp.identity().files().get("fp_pp_files"))
        .isEqualTo(
            List.of(
                folder.resolve("vasp_input/POTCAR_Ag"), folder.resolve("vasp_input/POTCAR_Au")));
    assertThat(config.machine().fp().engine()).isEqualTo(Engine.COMMAND);
  }

  @Test
  void potcarsInAnotherOrderThanTheTypeMapAreRefused() throws IOException {
    run.set("fp_pp_files", "[\"POTCAR_Au\", \"POTCAR_Ag\"]");
    assertThat(run.complaint())
        .contains(
            "POTCAR_Au is a POTCAR of Au, expected one of Ag",
            "POTCAR_Ag is a POTCAR of Ag, expected one of Au");
  }

  @Test
  void aPotcarPerElementIsNeeded() throws IOException {
    assertThat(run.set("fp_pp_files", "[\"POTCAR_Ag\"]").complaint())
        .contains("found 1 file, expected 2: one per element of type_map [Ag, Au]");
    assertThat(run.set("fp_pp_files", "[\"POTCAR_Ag\", \"POTCAR_Pt\"]").complaint())
        .contains("fp_pp_files: no such file: " + folder.resolve("vasp_input/POTCAR_Pt"));
  }

  @Test
  void theMeshNeedsItsTwoKeysOfIncar() throws IOException {
    Files.writeString(folder.resolve("vasp_input/INCAR"), "# KSPACING = 1\nENCUT = 400\n");
    assertThat(run.complaint()).contains("has no KSPACING", "has no KGAMMA");
    run.set("fp_aniso_kspacing", "[0.2, 0.2, 0.5]");
    assertThat(run.complaint()).doesNotContain("KSPACING").contains("has no KGAMMA");
    run.set("fp_aniso_kspacing", "[0.2, 0.2]");
    assertThat(run.complaint()).contains("expected three numbers above 0");
  }

  @Test
  void incarsByCompositionAreChecked() throws IOException {
    run.set(
        "fp_incar",
        "{\"default\": \"vasp_input/INCAR\", \"Ag-Au\": \"vasp_input/INCAR\", \"Ag2Au\": \"vasp_input/INCAR\"}");
    assertThat(run.read().simplify().label().settings().orElseThrow().identity().inputs())
        .containsOnlyKeys("fp_incar", "fp_incar, Ag-Au", "fp_incar, Ag2Au");

    run.set(
        "fp_incar", "{\"Ag-Fe\": \"vasp_input/INCAR\", \"Cu3\": \"vasp_input/none\", \"Au\": 3}");
    assertThat(run.complaint())
        .contains("'Ag-Fe' names Fe, which type_map (Ag, Au) does not have")
        .contains("'Cu3' names Cu")
        .contains("no such file")
        .contains("'Au' is 3, expected the path of an INCAR file")
        .contains("has no 'default'");
  }

  @Test
  void settingsOfOtherStylesAreRefused() throws IOException {
    run.set("fp_params", "{}").setMachine("fp/backend", "\"dpdispatcher\"");
    assertThat(run.complaint())
        .contains("fp_params: VASP takes its settings from fp_incar", "fp.command: is missing");
  }
}
