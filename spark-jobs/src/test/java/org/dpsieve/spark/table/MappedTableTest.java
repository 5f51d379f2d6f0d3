package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkRuntimeException;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.expressions.Transform;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.source.DeepmdSource;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.MadeLibrary;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody's table by the data source and by import. */
class MappedTableTest {
  private static final Path SILVER = Shared.repository().resolve("conf/ag-au/pbe/Ag8");

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();
  private List<Frame> frames;

  @BeforeEach
  void read() {
    frames = MadeLibrary.frames(spark, SILVER, 4);
  }

  private String write(String name, Dataset<Row> rows) {
    String path = folder.resolve(name).toString();
    rows.coalesce(1).write().parquet(path);
    return path;
  }

  private Dataset<Row> load(String table, String mapping) {
    return spark.read().format("deepmd").option("mapping", mapping).load(table);
  }

  private void requireFrame(Row row, Frame expected) {
    Frame read = FrameRows.toFrame(row);
    assertThat(row.<String>getAs("frame_id")).isEqualTo(FrameId.of(expected));
    assertThat(read.coord()).isEqualTo(expected.coord());
    assertThat(read.cell()).isEqualTo(expected.cell());
    assertThat(read.labels().energy()).isEqualTo(expected.labels().energy());
    assertThat(read.labels().force()).isEqualTo(expected.labels().force());
    if (expected.labels().virial() != null) {
      assertThat(read.labels().virial()).containsExactly(expected.labels().virial(), within(1e-9));
    }
  }

  @Test
  void theDataSourceReadsByAMappingWhatAQueryNeeds() {
    Dataset<Row> rows = load(write("lemat", MadeLibrary.lemat(spark, frames)), "lemat-traj");
    List<Row> all = rows.orderBy("index").collectAsList();
    assertThat(all).hasSize(4);
    for (int i = 0; i < 4; i++) {
      requireFrame(all.get(i), frames.get(i));
      assertThat(all.get(i).<String>getAs("library_id")).isEqualTo("Ag8-pbe-" + i);
      assertThat(all.get(i).<Object>getAs("_corrupt_record")).isNull();
    }
    assertThat(
            new DeepmdSource()
                .getTable(
                    rows.schema(),
                    new Transform[0],
                    Map.of("mapping", "lemat-traj", "path", folder.resolve("lemat").toString()))
                .properties())
        .containsEntry("provider", "deepmd")
        .containsEntry("location", "file://" + folder.resolve("lemat"))
        .containsEntry("openlineage.dataset.namespace", "file")
        .containsEntry("openlineage.dataset.name", folder.resolve("lemat").toString());
    Dataset<Row> few = rows.where("library_id = 'Ag8-pbe-2'").select("natoms", "energy");
    assertThat(few.collectAsList().toString())
        .isEqualTo("[[8,%s]]".formatted(frames.get(2).labels().energy()));
    assertThat(few.queryExecution().executedPlan().toString())
        .contains("EqualTo(id,Ag8-pbe-2)")
        .contains("ReadSchema: struct<id:string,species_at_sites:array<string>,energy:double,_tmp")
        .doesNotContain("lattice_vectors");
  }

  /** As emmet writes them: a cell for each step, or one for all. */
  @Test
  void aTrajectoryIsAFrameForEachStep() throws IOException {
    Dataset<Row> steps =
        MadeLibrary.lemat(spark, frames)
            .groupBy(lit("mp-1").as("identifier"))
            .agg(
                org.apache
                    .spark
                    .sql
                    .functions
                    .sort_array(
                        org.apache.spark.sql.functions.collect_list(
                            org.apache.spark.sql.functions.struct(
                                col("relaxation_step"),
                                col("species_at_sites"),
                                col("cartesian_site_positions"),
                                col("lattice_vectors"),
                                col("energy"),
                                col("forces"),
                                col("stress_tensor"))))
                    .as("s"))
            .selectExpr(
                "identifier",
                "transform(s[0].species_at_sites, x -> 47) elements",
                "concat(s.cartesian_site_positions, array(cast(null as array<array<double>>))) cart_coords",
                "s.lattice_vectors lattice",
                "s.energy",
                "s.forces",
                "s.stress_tensor stress");
    List<Row> all = load(write("mp", steps), "materials-project").orderBy("index").collectAsList();
    assertThat(all).hasSize(4);
    for (int i = 0; i < 4; i++) {
      requireFrame(all.get(i), frames.get(i));
      assertThat(all.get(i).<String>getAs("system")).isEqualTo("mp-1");
      assertThat(all.get(i).<Integer>getAs("index")).isEqualTo(i);
    }
    Row constant =
        load(
                write("one", steps.withColumn("lattice", array(col("lattice").getItem(0)))),
                "materials-project")
            .where("index = 3")
            .first();
    assertThat(FrameRows.toFrame(constant).cell()).isEqualTo(frames.get(0).cell());
  }

  @Test
  void badRowsAreShownLeftOutOrAnError() {
    String table =
        write(
            "bad",
            MadeLibrary.lemat(spark, frames)
                .withColumn(
                    "forces",
                    when(col("relaxation_step").equalTo(1), array(array(lit(1.0))))
                        .otherwise(col("forces"))));
    assertThat(
            load(table, "lemat-traj")
                .where("_corrupt_record is not null")
                .select("library_id", "_corrupt_record")
                .collectAsList()
                .toString())
        .isEqualTo("[[Ag8-pbe-1,forces holds 1 numbers, expected 24]]");
    assertThat(
            spark
                .read()
                .format("deepmd")
                .option("mapping", "lemat-traj")
                .option("mode", "DROPMALFORMED")
                .option("where", "relaxation_step > 0")
                .load(table)
                .count())
        .isEqualTo(2);
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("deepmd")
                    .option("mapping", "lemat-traj")
                    .option("mode", "FAILFAST")
                    .load(table)
                    .collectAsList())
        .isInstanceOf(SparkRuntimeException.class)
        .hasMessage(
            "[DPSIEVE_DATA] %s: Ag8-pbe-1: forces holds 1 numbers, expected 24".formatted(table));
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("deepmd")
                    .option("mapping", "lemat-traj")
                    .option("where", "nsites > 0 AND nothing = 3")
                    .load(table))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("`nothing` cannot be resolved");
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("deepmd")
                    .option("mapping", "lemat-traj")
                    .option("where", "nsites <")
                    .load(table))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("\"nsites <\": [PARSE_SYNTAX_ERROR]");
  }

  @Test
  void importKeepsTheLibrarysIdsAndSetsBadRowsAside() throws IOException {
    Dataset<Row> rows =
        MadeLibrary.lemat(spark, frames)
            .withColumn(
                "lattice_vectors",
                when(col("relaxation_step").equalTo(1), lit(null))
                    .otherwise(col("lattice_vectors")));
    Dataset<Row> twice =
        rows.union(rows.where("relaxation_step = 3").withColumn("id", lit("again")));
    String table = write("lemat", twice.orderBy(col("id").desc()));
    Path out = folder.resolve("f.parquet");
    Path mapping =
        Files.writeString(
            folder.resolve("m.yaml"), "base: lemat-traj\nwhere: relaxation_step != 1\n");
    terminal.succeed("import", "--table", table, "--mapping", mapping, "-o", out);
    assertThat(terminal.said()).contains("1 systems, 3 frames").contains("1 duplicates");
    Dataset<Row> made = FramesDataset.read(spark, out.toString());
    assertThat(made.orderBy("library_id").select("library_id").collectAsList().toString())
        .isEqualTo("[[Ag8-pbe-0], [Ag8-pbe-2], [again]]");
    requireFrame(made.where("library_id = 'Ag8-pbe-2'").first(), frames.get(2));
    assertThat(spark.read().parquet(out + ".quarantine").select("file", "reason").collectAsList())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row.toString())
                    .contains("lemat#Ag8-pbe-3,duplicate of frame")
                    .contains("lemat#again"));
  }
}
