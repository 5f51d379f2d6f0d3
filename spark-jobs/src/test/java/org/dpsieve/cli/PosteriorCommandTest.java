package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.dpsieve.io.JsonFile;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpsieve posterior}, and who reads what it writes: eval, rescreen, SQL. */
class PosteriorCommandTest {
  private static final Path BUILT_IN = Shared.repository().resolve("conf/ag-au");
  private static final Path MODEL = BUILT_IN.resolve("models/0/graph.pb");
  private static final Path OTHER = BUILT_IN.resolve("models/1/graph.pb");
  private static final Path LABELLED = BUILT_IN.resolve("pbe/Ag4Au4");
  private static final Path MORE = BUILT_IN.resolve("pbe/Ag8");
  private static final Path UNSEEN = BUILT_IN.resolve("pbe/Ag6Au2");

  @TempDir private static Path folder;
  private static Path posterior;
  private static String said;

  private final Terminal terminal = new Terminal();

  @BeforeAll
  static void make() {
    posterior = folder.resolve("posterior.json");
    Terminal terminal = new Terminal();
    terminal.succeed("posterior", "-m", MODEL, "-s", LABELLED, MORE, "-o", posterior);
    said = terminal.out();
  }

  @Test
  void evaluationRescreenAndSqlSayTheSameOfFramesNeverLabelled() throws IOException {
    assertThat(said).contains("labelled frames   240", "written: " + posterior);
    Path json = folder.resolve("eval.json");
    terminal.succeed("eval", "-m", MODEL, "--posteriors", posterior, "-s", UNSEEN, "-o", json);
    Path screened = folder.resolve("screened");
    terminal.succeed(
        "rescreen", "-m", MODEL, "--posteriors", posterior, "--frames", UNSEEN, "-o", screened);
    Map<Integer, Row> rows = new HashMap<>();
    LocalSpark.session()
        .read()
        .parquet(screened.toString())
        .collectAsList()
        .forEach(row -> rows.put(row.<Integer>getAs("index"), row));
    Map<Integer, Row> queried = new HashMap<>();
    LocalSpark.session()
        .read()
        .format("deepmd")
        .load(UNSEEN.toString())
        .selectExpr(
            "index",
            "energy",
            "force",
            "dp_sigma('%s', '%s', z, coord, cell) AS s".formatted(MODEL, posterior))
        .select("index", "energy", "force", "s.*")
        .collectAsList()
        .forEach(row -> queried.put(row.<Integer>getAs("index"), row));
    double error = 0;
    double expected = 0;
    List<JsonNode> frames = new ArrayList<>();
    JsonFile.tree(json).get("frames").forEach(frames::add);
    assertThat(frames).hasSameSizeAs(rows.entrySet()).hasSizeGreaterThan(50);
    for (JsonNode frame : frames) {
      JsonNode sigma = frame.get("sigma");
      int index = Integer.parseInt(frame.get("id").asText().replaceFirst(".*#", ""));
      for (Row row : List.of(rows.get(index), queried.get(index))) {
        for (String name : List.of("sigma_e", "sigma_f", "rms_sigma_f")) {
          assertThat(row.<Double>getAs(name)).as(name).isEqualTo(sigma.get(name).asDouble());
        }
        List<Double> atoms = row.getList(row.fieldIndex("sigma_f_atoms"));
        assertThat(atoms).hasSize(8);
        assertThat(atoms.stream().mapToDouble(x -> x).max().orElseThrow())
            .isEqualTo(sigma.get("sigma_f").asDouble());
        assertThat(atoms.get(3))
            .isCloseTo(Math.sqrt(3) * sigma.get("atoms").get(3).asDouble(), within(1e-12));
      }
      List<Double> force = queried.get(index).getList(2);
      for (int c = 0; c < force.size(); c++) {
        double off = frame.get("models").get(0).get("force").get(c).asDouble() - force.get(c);
        error += off * off;
        expected += Math.pow(sigma.get("atoms").get(c / 3).asDouble(), 2);
      }
    }
    assertThat(Math.sqrt(error / expected)).isBetween(0.05, 1.5);
    // and the same command again, with another condition: what is known is taken over
    terminal.succeed(
        "rescreen",
        "-m",
        MODEL,
        "--posteriors",
        posterior,
        "--frames",
        UNSEEN,
        "-o",
        screened,
        "--where",
        "index < 5");
    List<Row> some = LocalSpark.session().read().parquet(screened.toString()).collectAsList();
    assertThat(some).hasSize(5);
    some.forEach(row -> assertThat(row).isEqualTo(rows.get(row.<Integer>getAs("index"))));
  }

  @Test
  void aPosteriorIsOfOneModelAlone() throws IOException {
    Path out = folder.resolve("none.json");
    assertThat(
            terminal.run("eval", "-m", OTHER, "--posteriors", posterior, "-s", UNSEEN, "-o", out))
        .isEqualTo(2);
    assertThat(terminal.err())
        .contains(posterior + ": is the posterior of another model than " + OTHER);
    assertThat(
            terminal.run(
                "eval", "-m", MODEL, OTHER, "--posteriors", posterior, "-s", UNSEEN, "-o", out))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("1 posterior of 2 models");
    Path damaged =
        Files.writeString(
            folder.resolve("damaged.json"),
            Files.readString(posterior).replaceFirst("\"root\":\\[\\[[^,]*,", "\"root\":[["));
    assertThat(terminal.run("eval", "-m", MODEL, "--posteriors", damaged, "-s", UNSEEN, "-o", out))
        .isEqualTo(2);
    assertThat(terminal.err()).contains(damaged + ": format 'dpsieve posterior 1' or its numbers");
    assertThat(terminal.run("eval", "-m", MODEL, "--posteriors", MODEL, "-s", UNSEEN, "-o", out))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("expected a file that dpsieve posterior has written");
    assertThat(terminal.run("eval", "-m", MODEL, "--run", folder, "-s", UNSEEN, "-o", out))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("leave out -m and --posteriors");
    assertThat(out).doesNotExist();
  }
}
