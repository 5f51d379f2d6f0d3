package org.dpsieve.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.config.FpStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvergenceSettingsTest {
  @TempDir private Path folder;

  private ConvergenceSettings.Parts incar(String text) throws IOException {
    return ConvergenceSettings.incar(Files.writeString(folder.resolve("INCAR"), text));
  }

  @Test
  void moreStepsOfVaspAreTheSameLevelAndAnotherCutoffIsNot() throws IOException {
    ConvergenceSettings.Parts first =
        incar("encut = 400 ! eV\nNELM=100; ALGO = Fast\nNCORE = 4\nEDIFF = 1E-6\n# a comment\n");
    assertThat(first.level()).containsOnlyKeys("EDIFF", "ENCUT").containsEntry("ENCUT", "400");
    assertThat(first.convergence()).containsOnlyKeys("ALGO", "NCORE", "NELM");
    assertThat(incar("ENCUT = 400\nEDIFF=1E-6\nNELM = 200\nALGO = Normal").level())
        .isEqualTo(first.level());
    assertThat(incar("ENCUT = 500\nEDIFF=1E-6").level()).isNotEqualTo(first.level());
  }

  @Test
  void otherThingsThatAlgoCalculatesAreAnotherLevel() throws IOException {
    assertThat(incar("ALGO = Normal").level()).isEmpty();
    assertThat(incar("ALGO = GW0").level()).containsKey("ALGO");
    assertThat(incar("ALGO = None").level()).containsKey("ALGO");
  }

  @Test
  void parametersOfOtherProgramsAreSplitByTheirPaths() throws IOException {
    ObjectNode pwscf =
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    "{\"system\": {\"ecutwfc\": 40}, \"electrons\": {\"electron_maxstep\": 100, \"conv_thr\": 1e-8}}");
    ConvergenceSettings.Parts parts = ConvergenceSettings.parameters(FpStyle.PWSCF, pwscf);
    assertThat(parts.level()).containsOnlyKeys("electrons.conv_thr", "system.ecutwfc");
    assertThat(parts.convergence()).containsOnlyKeys("electrons.electron_maxstep");
    ObjectNode cp2k =
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    "{\"FORCE_EVAL\": {\"DFT\": {\"SCF\": {\"MAX_SCF\": 50, \"EPS_SCF\": \"1e-6\", \"MIXING\": {\"ALPHA\": 0.4}}}}}");
    parts = ConvergenceSettings.parameters(FpStyle.CP2K, cp2k);
    assertThat(parts.level()).containsOnlyKeys("FORCE_EVAL.DFT.SCF.EPS_SCF");
    assertThat(parts.convergence()).hasSize(2);
  }

  @Test
  void inputFilesAreSplitByLines() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("INPUT"), "INPUT_PARAMETERS\necutwfc 100 # Ry\nscf_nmax 50\n\n");
    ConvergenceSettings.Parts parts = ConvergenceSettings.lines(FpStyle.ABACUS, input);
    assertThat(parts.level()).containsValues("INPUT_PARAMETERS", "ecutwfc 100");
    assertThat(parts.convergence()).containsEntry("scf_nmax", "scf_nmax 50");
  }
}
