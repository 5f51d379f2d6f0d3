package org.dpsieve.label.vasp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.label.ConvergenceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncarPartsTest {
  @TempDir private Path folder;

  private ConvergenceSettings.Parts incar(String text) throws IOException {
    return IncarParts.of(Files.writeString(folder.resolve("INCAR"), text));
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
}
