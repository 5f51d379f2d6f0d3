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

/**
 * The Python package, by its own tests, and {@code scripts/notebooks/deviation.ipynb} as it is:
 * both on one small run.
 */
@Timeout(1200)
class PythonIT {
  private static final Path NOTEBOOK =
      Shared.repository().resolve("scripts/notebooks/deviation.ipynb");
  private static final Path PACKAGE = Shared.repository().resolve("python");
  private static final int PICTURES = 8;

  @TempDir private static Path folder;

  /** Made by the first test that needs it. */
  private static Path run;

  @Test
  void thePackagePassesItsTests() throws Exception {
    String python = PySpark.program("python");
    PySpark.program("pytest");
    String said =
        PySpark.run(
            folder,
            List.of(
                python,
                "-m",
                "pytest",
                "-q",
                "--durations=5",
                "-p",
                "no:cacheprovider",
                "--rootdir=" + PACKAGE,
                PACKAGE.resolve("tests").toString()),
            environment());
    System.out.println(said);
    assertThat(said).contains(" passed").doesNotContain("SKIPPED");
  }

  /** Of a person with pip's Spark alone. */
  private static Map<String, String> environment() throws IOException {
    return Map.of(
        "DPSIEVE_TEST_RUN",
        run().toString(),
        "DPSIEVE_RUN",
        run().toString(),
        "PYTHONPATH",
        PACKAGE.resolve("src").toString(),
        "PYTHONDONTWRITEBYTECODE",
        "1",
        "SPARK_HOME",
        "");
  }

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
    Path executed = folder.resolve("executed.ipynb");
    PySpark.run(
        folder,
        List.of(jupyter, NOTEBOOK.toString(), "--output=" + executed, "--timeout=900"),
        environment());
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

  private static synchronized Path run() throws IOException {
    if (run == null) {
      LocalSpark.session();
      Path parameters =
          SmallRun.simplify(
              folder.resolve("simplify.json"), 12, "\"max_iter\": 3", "Ag8", "Au8", "Ag4Au4");
      run = folder.resolve("run");
      new Terminal().succeed("simplify", parameters, SmallRun.machine(), "--workdir", run);
    }
    return run;
  }
}
