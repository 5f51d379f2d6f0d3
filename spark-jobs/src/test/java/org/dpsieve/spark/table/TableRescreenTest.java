package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.mapping.MappingReader;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.MadeLibrary;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** rescreen over a table that somebody else made. */
class TableRescreenTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final List<Path> MODELS =
      Stream.of("0", "1").map(m -> EXAMPLE.resolve("models/" + m + "/graph.pb")).toList();
  private static final int EACH = 6;

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  private int rescreen(Object... more) {
    List<Object> all = new ArrayList<>(List.of("rescreen", "-m"));
    all.addAll(MODELS);
    all.addAll(List.of(more));
    terminal.clear();
    return terminal.run(all.toArray());
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  private Dataset<Row> result(String name) {
    return spark.read().parquet(folder.resolve(name).toString());
  }

  @Test
  void aTableHasTheNumbersOfTheTreeAndIsBroughtUpToDate() throws IOException {
    List<Frame> silver = MadeLibrary.frames(spark, EXAMPLE.resolve("pbe/Ag8"), EACH);
    List<Frame> gold = MadeLibrary.frames(spark, EXAMPLE.resolve("pbe/Au8"), EACH);
    Path table = folder.resolve("lemat");
    MadeLibrary.lemat(spark, silver).coalesce(1).write().parquet(table.toString());
    Object[] call = {
      "--table",
      table,
      "--mapping",
      "lemat-traj",
      "-o",
      folder.resolve("out"),
      "--where",
      "functional = 'pbe' AND natoms < 17",
      "--f-lo",
      0.001,
      "--f-hi",
      1,
      "--pick",
      3,
      "--output-table",
      folder.resolve("result")
    };
    assertThat(rescreen(call)).as(terminal::said).isZero();

    try (Ensemble ensemble = Ensemble.of(MODELS.stream().map(ModelFiles::read).toList())) {
      for (Frame frame : silver) {
        double[] expected = Deviation.of(ensemble.evaluate(List.of(frame)).get(0)).numbers();
        Row row = result("out").where("library_id = 'Ag8-pbe-%d'".formatted(frame.index())).first();
        assertThat(row.<String>getAs("frame_id")).isEqualTo(FrameId.of(frame));
        for (int k = 0; k < expected.length; k++) {
          assertThat(row.<Double>getAs(FrameDeviation.NAMES.get(k))).isEqualTo(expected[k]);
        }
      }
    }
    assertThat(texts(result("out").select("library_id"))).contains("[Ag8-pbe-0]", "[Ag8-pbe-5]");
    assertThat(texts(result("out.picks").select("library_id").where("energy is not null")))
        .hasSize(3);

    MadeLibrary.lemat(spark, gold).coalesce(1).write().mode("append").parquet(table.toString());
    assertThat(rescreen(call)).as(terminal::said).isZero();
    assertThat(terminal.said()).contains("evaluated: %d frames".formatted(EACH));
    assertThat(result("out").count()).isEqualTo(2 * EACH);
    assertThat(
            spark
                .read()
                .parquet(table.toString())
                .join(
                    result("result").withColumnRenamed("library_id", "id").select("id", "natoms"),
                    "id")
                .where("nsites = natoms")
                .count())
        .isEqualTo(2 * EACH);
  }

  @Test
  void aResultReplacesNothingButAnEarlierResult() throws IOException {
    List<Frame> silver = MadeLibrary.frames(spark, EXAMPLE.resolve("pbe/Ag8"), 2);
    String table = folder.resolve("lemat").toString();
    MadeLibrary.lemat(spark, silver).write().parquet(table);
    Path out = folder.resolve("out");
    Path text = Files.writeString(folder.resolve("notes"), "mine");
    Object[] call = {"--table", table, "--mapping", "lemat-traj", "-o", out, "--output-table", ""};
    for (String[] wrong :
        new String[][] {
          {table, "is the library itself"},
          {folder + "/./lemat", "is the library itself"},
          {text.toString(), "is there already: "},
          {"mine", "no catalog that keeps it when the program ends; give a path (e.g. ./mine)"}
        }) {
      call[call.length - 1] = wrong[0];
      assertThat(rescreen(call)).as(terminal::said).isEqualTo(2);
      assertThat(terminal.said()).contains("--output-table " + wrong[0] + ": ", wrong[1]);
    }
    call[call.length - 1] = folder.resolve("other").toString();
    spark.range(3).write().parquet(folder.resolve("other").toString());
    assertThat(rescreen(call)).isEqualTo(2);
    assertThat(terminal.said()).contains("is there already: a table with the columns id");
    assertThat(spark.read().parquet(table).count()).isEqualTo(2);
    assertThat(text).hasContent("mine");
    assertThat(out).doesNotExist();
  }

  /** As Spark itself says what it reads. */
  @Test
  void onlyWhatIsNeededIsReadAndConditionsGoDown() {
    List<Frame> silver = MadeLibrary.frames(spark, EXAMPLE.resolve("pbe/Ag8"), 2);
    String table = folder.resolve("lemat").toString();
    MadeLibrary.lemat(spark, silver).write().parquet(table);
    TableFrames frames =
        TableFrames.open(
            spark,
            table,
            null,
            MappingReader.read("lemat-traj"),
            "functional = 'pbe' AND nsites < 50 AND natoms > 1");
    String plan = frames.frames(null, "_unit").queryExecution().executedPlan().toString();
    assertThat(plan)
        .contains("PushedFilters: [")
        .contains("EqualTo(functional,pbe)")
        .contains("LessThan(nsites,50)")
        .contains("cartesian_site_positions")
        .contains("lattice_vectors");
    assertThat(readSchema(plan)).doesNotContain("forces", "energy", "stress", "immutable_id");
    assertThat(
            readSchema(
                frames
                    .frames(null, "_unit")
                    .groupBy("formula")
                    .count()
                    .queryExecution()
                    .executedPlan()
                    .toString()))
        .contains("species_at_sites")
        .doesNotContain("positions", "lattice");
  }

  private static String readSchema(String plan) {
    return plan.replaceAll("(?s).*ReadSchema: ", "").lines().findFirst().orElse("");
  }

  @Test
  void aRowThatIsNoFrameIsNamedAndCostsNobody() {
    List<Frame> silver = MadeLibrary.frames(spark, EXAMPLE.resolve("pbe/Ag8"), EACH);
    String table = folder.resolve("lemat").toString();
    MadeLibrary.lemat(spark, silver)
        .withColumn(
            "cartesian_site_positions",
            when(col("relaxation_step").equalTo(2), lit(null))
                .otherwise(col("cartesian_site_positions")))
        .withColumn(
            "species_at_sites",
            when(col("relaxation_step").equalTo(4), lit(null)).otherwise(col("species_at_sites")))
        .coalesce(1)
        .write()
        .parquet(table);
    assertThat(rescreen("--table", table, "--mapping", "lemat-traj", "-o", folder.resolve("out")))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.said())
        .contains("cartesian_site_positions is null")
        .contains("species_at_sites is null")
        .contains("2 frames could not be evaluated");
    assertThat(texts(result("out").where("isnan(max_devi_f)").select("library_id", "natoms")))
        .containsExactly("[Ag8-pbe-2,8]", "[Ag8-pbe-4,0]");
    assertThat(result("out").where("not isnan(max_devi_f)").count()).isEqualTo(EACH - 2);
  }

  @Test
  void whatDoesNotFitIsSaidAtOnceBeforeAnythingIsDone() throws IOException {
    List<Frame> silver = MadeLibrary.frames(spark, EXAMPLE.resolve("pbe/Ag8"), 2);
    String table = folder.resolve("lemat").toString();
    MadeLibrary.lemat(spark, silver).write().parquet(table);
    Path mapping =
        Files.writeString(
            folder.resolve("m.json"),
            """
            {"base": "lemat-traj", "positions": "cartesian_site_position", "forces": "functional",
             "energy": "forces"}
            """);
    Path out = folder.resolve("out");
    assertThat(rescreen("--table", table, "--mapping", mapping, "-o", out)).isEqualTo(2);
    assertThat(terminal.said())
        .contains("no column cartesian_site_position; did you mean 'cartesian_site_positions'?")
        .contains("column functional is string, expected for forces an array of numbers")
        .contains("column forces is array<array<double>>, expected for energy one of numbers");
    Files.writeString(
        mapping,
        """
        {"base": "lemat-traj", "positions": "lattice_vectors", "forces": "lattice_vectors",
         "cell": "cartesian_site_positions"}
        """);
    assertThat(rescreen("--table", table, "--mapping", mapping, "-o", out)).isEqualTo(2);
    assertThat(terminal.said())
        .contains("lattice_vectors holds 9 numbers, expected 24")
        .contains("cartesian_site_positions holds 24 numbers, expected 9");
    Files.writeString(
        mapping,
        """
        {"base": "lemat-traj",
         "positions": {"column": "cartesian_site_positions", "fractional": true}}
        """);
    assertThat(rescreen("--table", table, "--mapping", mapping, "-o", out)).isEqualTo(2);
    assertThat(terminal.said())
        .containsPattern(
            "cartesian_site_positions is said to be fractional, and spans [0-9.]+ cells; is it Cartesian?");
    String small = folder.resolve("small").toString();
    MadeLibrary.lemat(spark, silver)
        .withColumn(
            "cartesian_site_positions",
            transform(
                col("cartesian_site_positions"),
                site -> transform(site, number -> number.divide(9))))
        .write()
        .parquet(small);
    assertThat(rescreen("--table", small, "--mapping", "lemat-traj", "-o", out)).isEqualTo(2);
    assertThat(terminal.said()).contains("8 atoms within 1 angstrom; are they fractional (");
    assertThat(rescreen("--table", folder.resolve("none"), "-o", out)).isEqualTo(2);
    assertThat(terminal.said()).contains("there is no such folder or file");
    Object[] nothing = {
      "--table", table, "--mapping", "lemat-traj", "-o", out, "--where", "functional = 'none'"
    };
    assertThat(rescreen(nothing)).isEqualTo(2);
    assertThat(terminal.said()).contains(table + ": no rows for which ", "functional");
    assertThat(rescreen("--table", "none", "-o", out)).isEqualTo(2);
    assertThat(terminal.said()).contains("neither a path nor a table of a catalog");
    assertThat(rescreen("--table", table, "--frames", table, "-o", out)).isEqualTo(2);
    assertThat(terminal.said()).contains("one library at a time");
    assertThat(out).doesNotExist();
  }
}
