package org.dpsieve.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.PySpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/notebooks/deviation.ipynb} as it is, on a real run. */
@Timeout(1200)
class NotebookIT {
  private static final Path NOTEBOOK =
      Shared.repository().resolve("scripts/notebooks/deviation.ipynb");
  private static final int PICTURES = 9;

  @TempDir private Path folder;

  @Test
  void itIsKeptWithoutOutputs() throws IOException {
    for (JsonNode cell : new ObjectMapper().readTree(NOTEBOOK.toFile()).get("cells")) {
      if (cell.get("cell_type").asText().equals("code")) {
        assertThat(cell.get("outputs")).isEmpty();
        assertThat(cell.get("execution_count").isNull()).isTrue();
      }
    }
  }

  @Test
  void everyCellRunsAndEveryPictureShowsSomething() throws Exception {
    String jupyter = PySpark.program("jupyter-execute");
    Path run = folder.resolve("run");
    simplify(run);
    Path executed = folder.resolve("executed.ipynb");
    PySpark.run(
        folder,
        List.of(jupyter, NOTEBOOK.toString(), "--output=" + executed, "--timeout=900"),
        Map.of(
            "DPSIEVE_RUN",
            run.toString(),
            "DPSIEVE_JAR",
            PySpark.applicationJar().toString(),
            "PYSPARK_PYTHON",
            PySpark.program("python")));
    List<BufferedImage> pictures = new ArrayList<>();
    for (JsonNode cell : new ObjectMapper().readTree(executed.toFile()).get("cells")) {
      for (JsonNode output : cell.path("outputs")) {
        assertThat(output.get("output_type").asText()).isNotEqualTo("error");
        JsonNode png = output.path("data").path("image/png");
        if (png.isTextual()) {
          pictures.add(
              ImageIO.read(new ByteArrayInputStream(Base64.getMimeDecoder().decode(png.asText()))));
        }
      }
    }
    assertThat(pictures).hasSize(PICTURES);
    for (BufferedImage picture : pictures) {
      assertThat(picture.getWidth()).isGreaterThan(400);
      assertThat(colours(picture)).as("colours").isGreaterThan(20);
    }
  }

  private static long colours(BufferedImage picture) {
    int[] pixels =
        picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
    return java.util.Arrays.stream(pixels).distinct().count();
  }

  private void simplify(Path run) throws IOException {
    LocalSpark.session();
    Path parameters =
        SmallRun.simplify(
            folder.resolve("simplify.json"), 12, "\"max_iter\": 3", "Ag8", "Au8", "Ag4Au4");
    new Terminal().succeed("simplify", parameters, SmallRun.machine(), "--workdir", run);
  }
}
