package org.dpsieve.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.label.abacus.AbacusStyle;
import org.dpsieve.label.cp2k.Cp2kStyle;
import org.dpsieve.label.espresso.PwscfStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvergenceSettingsTest {
  @TempDir private Path folder;

  @Test
  void parametersOfOtherProgramsAreSplitByTheirPaths() throws IOException {
    ObjectNode pwscf =
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    "{\"system\": {\"ecutwfc\": 40}, \"electrons\": {\"electron_maxstep\": 100, \"conv_thr\": 1e-8}}");
    ConvergenceSettings.Parts parts =
        ConvergenceSettings.parameters(new PwscfStyle().convergence(), pwscf);
    assertThat(parts.level()).containsOnlyKeys("electrons.conv_thr", "system.ecutwfc");
    assertThat(parts.convergence()).containsOnlyKeys("electrons.electron_maxstep");
    ObjectNode cp2k =
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    "{\"FORCE_EVAL\": {\"DFT\": {\"SCF\": {\"MAX_SCF\": 50, \"EPS_SCF\": \"1e-6\", \"MIXING\": {\"ALPHA\": 0.4}}}}}");
    parts = ConvergenceSettings.parameters(new Cp2kStyle().convergence(), cp2k);
    assertThat(parts.level()).containsOnlyKeys("FORCE_EVAL.DFT.SCF.EPS_SCF");
    assertThat(parts.convergence()).hasSize(2);
  }

  @Test
  void inputFilesAreSplitByLines() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("INPUT"), "INPUT_PARAMETERS\necutwfc 100 # Ry\nscf_nmax 50\n\n");
    ConvergenceSettings.Parts parts =
        ConvergenceSettings.lines(new AbacusStyle().convergence(), input);
    assertThat(parts.level()).containsValues("INPUT_PARAMETERS", "ecutwfc 100");
    assertThat(parts.convergence()).containsEntry("scf_nmax", "scf_nmax 50");
  }
}
