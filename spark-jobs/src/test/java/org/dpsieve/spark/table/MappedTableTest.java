package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.unhex;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
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
        .isEqualTo("[[Ag8-pbe-1,forces holds 1 number, expected 24]]");
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
            "[DPSIEVE_DATA] %s: Ag8-pbe-1: forces holds 1 number, expected 24".formatted(table));
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("deepmd")
                    .option("mapping", "lemat-traj")
                    .option("where", "nsites > 0 AND nothing = 3")
                    .load(table))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("no column nothing; columns: id, ");
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
    assertThat(terminal.said()).contains("1 system, 3 frames").contains("1 duplicate and");
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

  /** Nobody has to know how SQL quotes. */
  @Test
  void columnsAreNamedByTheirNamesThoughTheseHoldDots() throws IOException {
    Dataset<Row> rows =
        MadeLibrary.lemat(spark, frames)
            .select(
                struct(
                        col("id").as("ID"),
                        struct(col("energy").as("energy.total")).as("calc"),
                        col("lattice_vectors").as("cell"))
                    .as("Meta"),
                col("species_at_sites").as("atoms.symbols"),
                col("cartesian_site_positions").as("xyz"));
    String table = write("dots", rows);
    String mapping =
        """
        id: Meta.ID
        elements: atoms.symbols
        positions: xyz
        cell: Meta.cell
        energy: Meta.calc.energy.total
        """;
    Path file = folder.resolve("m.yaml");
    Files.writeString(file, mapping);
    Row row = load(table, file.toString()).where("library_id = 'Ag8-pbe-2'").first();
    assertThat(FrameRows.toFrame(row).coord()).isEqualTo(frames.get(2).coord());
    assertThat(row.<Double>getAs("energy")).isEqualTo(frames.get(2).labels().energy());
    Files.writeString(file, mapping.replace("atoms.symbols", "'`atoms.symbols`'"));
    assertThat(load(table, file.toString()).where("formula = 'Ag8'").count())
        .isEqualTo(frames.size());
    Files.writeString(file, mapping.replace("total", "totl"));
    assertThatThrownBy(() -> load(table, file.toString()))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining(
            "no column Meta.calc.energy.totl; did you mean 'Meta.calc.energy.total'?; it has Meta.ID, Meta.calc.energy.total, Meta.cell, atoms.symbols, xyz");
  }

  @Test
  void aSystemIsTheFileAsItIsCalledOnDisk() throws IOException {
    Path table = folder.resolve("of 100 % ö#1");
    MadeLibrary.lemat(spark, frames)
        .withColumn("method", lit("pbe sol+u = 50%"))
        .coalesce(1)
        .write()
        .partitionBy("method")
        .parquet(table.toString());
    String system = load(table.toString(), "lemat-traj").select("system").first().getString(0);
    assertThat(table.resolve(system)).isRegularFile();
    Path file = Files.copy(table.resolve(system), folder.resolve("one.parquet"));
    assertThat(load(file.toString(), "lemat-traj").select("system").first().getString(0))
        .isEqualTo("one.parquet");
  }

  @Test
  void idsThatAreBytesAreHexadecimal() throws IOException {
    String table =
        write("bytes", MadeLibrary.lemat(spark, frames).withColumn("id", unhex(lit("FF00A7"))));
    assertThat(load(table, "lemat-traj").select("library_id").first().getString(0))
        .isEqualTo("ff00a7");
  }

  /** As pandas writes them, though Spark refuses such a table by itself. */
  @Test
  void timesInNanosecondsDoNotSpoilATable() throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message m {
              required int64 written (TIMESTAMP(NANOS, false));
              optional group z (LIST) { repeated group list { required int32 element; } }
              optional group coord (LIST) { repeated group list { required double element; } }
            }""");
    Path file = folder.resolve("nanos.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(schema).build()) {
      Group row = new SimpleGroup(schema).append("written", 1_800_000_000_000_000_001L);
      row.addGroup("z").addGroup("list").append("element", 47);
      Group coord = row.addGroup("coord");
      for (int axis = 0; axis < 3; axis++) {
        coord.addGroup("list").append("element", (double) axis);
      }
      writer.write(row);
    }
    Path mapping = folder.resolve("m.yaml");
    Files.writeString(mapping, "id: written\nelements: z\npositions: coord\n");
    assertThat(
            load(file.toString(), mapping.toString())
                .select("library_id", "formula", "coord")
                .first()
                .mkString(" "))
        .startsWith("1800000000000000001 Ag1 ")
        .contains("0.0, 1.0, 2.0");
  }

  @Test
  void whatSparkCannotReadIsSaidWithWhatToDo() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> load(empty.toString(), "lemat-traj"))
        .hasMessage(
            "[DPSIEVE_DATA] %s: cannot be read as a table: there is no file of Parquet in it"
                .formatted(empty));
    Path text = Files.writeString(folder.resolve("a.csv"), "energy,forces\n1,2\n");
    assertThatThrownBy(() -> load(text.toString(), "lemat-traj"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("%s: cannot be read as a table: ".formatted(text));
  }

  /** As those of other sources. */
  @Test
  void numbersThatAreNoneAreNoFrame() {
    String table =
        write(
            "nan",
            MadeLibrary.lemat(spark, frames)
                .withColumn(
                    "energy",
                    when(col("relaxation_step").equalTo(1), lit(Double.NaN))
                        .otherwise(col("energy")))
                .withColumn(
                    "cartesian_site_positions",
                    when(
                            col("relaxation_step").equalTo(2),
                            transform(
                                col("cartesian_site_positions"),
                                site -> array(lit(Double.NaN), lit(0.0), lit(0.0))))
                        .otherwise(col("cartesian_site_positions"))));
    assertThat(
            load(table, "lemat-traj")
                .where("_corrupt_record is not null")
                .orderBy("library_id")
                .select("library_id", "_corrupt_record")
                .collectAsList()
                .toString())
        .isEqualTo("[[Ag8-pbe-1,energy is NaN], [Ag8-pbe-2,coordinate of atom 0 is NaN]]");
  }
}
