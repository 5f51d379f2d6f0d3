package org.dpsieve.label;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.goldSilver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;

/** The labeller that docs/developers.md shows is one that works. */
class ShownLabellerTest {
  @Test
  void docsShowThisLabeller() throws IOException {
    Path repository = Shared.repository();
    String source =
        Files.readString(
            repository.resolve("spark-jobs/src/test/java/org/dpsieve/label/AimsStyle.java"));
    String shown = source.substring(source.indexOf("docs begin here") + 15);
    String page = Files.readString(repository.resolve("docs/developers.md"));
    assertThat(bare(page).contains(bare(shown))).isTrue();
  }

  /** Without what the formatter puts in or takes out. */
  private static String bare(String text) {
    return text.replaceAll("[\\s*/]+", "");
  }

  @Test
  void itWritesAFrame() throws IOException {
    TaskLabeller labeller =
        new AimsStyle()
            .labeller(
                List.of("Ag", "Au"),
                TypeElements.LEADING,
                config("fp_params", "{\"control\": \"xc pbe\\n\"}"));
    assertThat(new String(labeller.taskFiles(goldSilver()).get("geometry.in"), UTF_8))
        .startsWith("lattice_vector 2.3306240000 1.7479680000 0.0000000000\nlattice_vector -1.7")
        .endsWith("atom -0.0234754000 0.0557372000 -0.0341630000 Ag\n");
    assertThat(new String(labeller.taskFiles(goldSilver()).get("control.in"), UTF_8))
        .isEqualTo("xc pbe\n");
    assertThat(labeller.outputFiles()).containsExactly("output");
  }
}
