package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.dpsieve.io.JsonFile;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of one model: its deviation is the error that is expected of it, wherever one asks. */
class OneModelRunTest {
  private static final Path ASKED = Shared.repository().resolve("conf/ag-au/pbe/Au8");

  @TempDir private static Path folder;
  private static Path workdir;
  private static String plan;

  @BeforeAll
  static void run() throws IOException {
    Path simplify =
        SmallRun.simplify(
            folder.resolve("simplify.json"), 24, "\"label_budget\": 30", "Ag8", "Ag4Au4");
    Files.writeString(
        simplify,
        Files.readString(simplify)
            .replace("models/[01]", "models/0")
            .replace("\"numb_models\":  2", "\"numb_models\": 1")
            .replace("\"labeled\"", "\"old_labels\": \"ignore\", \"labeled\""));
    workdir = folder.resolve("run");
    Terminal terminal = new Terminal();
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--dry-run");
    plan = terminal.said();
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--workdir", workdir);
  }

  @Test
  void theReportSpeaksOfTheErrorThatIsExpectedNotOfModelsThatDisagree() throws IOException {
    assertThat(plan).contains("eV/Å, the largest force error that is expected of the one model");
    assertThat(Files.readString(workdir.resolve("report.html")))
        .contains(
            "Distribution of the error that is expected",
            "Frames by max_devi_f, with one model the largest force error that is expected of it",
            "Expected error by composition",
            "Whole pool, final model<")
        .doesNotContain("among the models", "max_devi_f: deviation of the models");
  }

  @Test
  void outsideOfTheRunFramesHaveTheSameDeviation() throws IOException {
    Path screened = folder.resolve("screened");
    Terminal terminal = new Terminal();
    terminal.succeed("rescreen", "--run", workdir, "--frames", ASKED, "-o", screened);
    assertThat(terminal.said()).contains("error that is expected of the one model");
    Path json = folder.resolve("eval.json");
    terminal.succeed("eval", "--run", workdir, "-s", ASKED, "-o", json);
    JsonNode frames = JsonFile.tree(json).path("frames");
    List<Row> rows =
        LocalSpark.session()
            .read()
            .parquet(screened.toString())
            .orderBy("index")
            .select("max_devi_f", "sigma_f", "avg_devi_f")
            .collectAsList();
    assertThat(rows).hasSize(120).hasSameSizeAs(frames);
    for (int k = 0; k < rows.size(); k++) {
      JsonNode deviation = frames.get(k).path("deviation");
      assertThat(rows.get(k).getDouble(0)).isPositive().isEqualTo(rows.get(k).getDouble(1));
      assertThat(deviation.path("max_devi_f").asDouble()).isEqualTo(rows.get(k).getDouble(0));
      assertThat(deviation.path("avg_devi_f").asDouble()).isEqualTo(rows.get(k).getDouble(2));
    }
  }
}
