package org.dpsieve.spark.source;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The format {@code deepmd} as users meet it; fixtures by scripts/goldens/frames.py. */
class DeepmdSourceTest {
  private static final Path FIXTURES =
      Shared.repository().resolve("model-core/src/test/resources/frames");
  private static final Path POOL = Shared.repository().resolve("conf/ag-au/pbe");

  @TempDir private Path folder;

  private final SparkSession spark = LocalSpark.session();

  private Dataset<Row> load(Path path) {
    return spark.read().format("deepmd").load(path.toString());
  }

  private static List<Frame> frames(Path source) throws IOException {
    List<Frame> frames = new java.util.ArrayList<>();
    for (SystemPath path : SystemFinder.find(new LocalStorage(), List.of(source.toString()))) {
      try (FrameSystem system = path.open(new LocalStorage(), List.of())) {
        for (FrameSystem.Run run : system.runs(1000)) {
          frames.addAll(system.read(run));
        }
      }
    }
    return frames;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "npy/params",
        "npy/sets",
        "npy/nopbc",
        "npy/unlabelled",
        "npy/float32",
        "npy/fortran",
        "dpdata/npy",
        "dpdata/mixed",
        "dpdata/groups.hdf5",
        "dpdata/root.hdf5"
      })
  void aRowHoldsTheFrameThatTheReaderGives(String source) throws IOException {
    List<Frame> expected = frames(FIXTURES.resolve(source));
    List<Row> rows = load(FIXTURES.resolve(source)).orderBy("system", "index").collectAsList();
    assertThat(rows).hasSameSizeAs(expected).isNotEmpty();
    for (int i = 0; i < rows.size(); i++) {
      assertThat(FrameRows.toFrame(rows.get(i)))
          .usingRecursiveComparison()
          .isEqualTo(expected.get(i));
      Row row = rows.get(i);
      Row wanted = FrameRows.toRow(expected.get(i));
      for (String column : List.of("frame_id", "formula", "natoms")) {
        assertThat(row.<Object>getAs(column))
            .isEqualTo(wanted.get(FrameRows.SCHEMA.fieldIndex(column)));
      }
    }
  }

  @Test
  void aPartitionHoldsABoundedNumberOfAtoms() {
    Dataset<Row> frames =
        spark.read().format("deepmd").option("maxAtomsPerPartition", 1000).load(POOL.toString());
    List<Row> sums =
        frames
            .groupBy(org.apache.spark.sql.functions.spark_partition_id())
            .sum("natoms")
            .collectAsList();
    assertThat(sums).hasSizeGreaterThan(10);
    sums.forEach(row -> assertThat(row.getLong(1)).isBetween(1L, 1000L));
    assertThat(frames.count()).isEqualTo(2600);
  }

  @Test
  void conditionsOnCompositionLeaveSystemsUnreadAndGiveTheSameRows() throws IOException {
    Dataset<Row> all = load(POOL);
    for (String where :
        List.of(
            "formula = 'Ag8'",
            "natoms < 17 AND formula LIKE 'Ag%'",
            "natoms BETWEEN 27 AND 32",
            "system IN ('Au8', 'Ag8', NULL)",
            "NOT (formula LIKE '%Au%' OR natoms = 8)",
            "formula IS NOT NULL AND natoms >= 48")) {
      Dataset<Row> pushed = all.where(where).select("frame_id", "formula", "natoms", "system");
      // a cached table is filtered by Spark, not by the source
      Dataset<Row> plain = frames().where(where).select("frame_id", "formula", "natoms", "system");
      assertThat(pushed.queryExecution().executedPlan().toString())
          .as(where)
          .doesNotContain("Filter (");
      assertThat(texts(pushed)).as(where).isNotEmpty().isEqualTo(texts(plain));
    }
    // a filter on one system opens no other: its neighbor is broken, and nobody notices
    Path tree = twoSystems();
    Files.delete(tree.resolve("b/set.000/coord.npy"));
    assertThat(
            spark
                .read()
                .format("deepmd")
                .option("mode", "FAILFAST")
                .load(tree.toString())
                .where("system = 'a'")
                .count())
        .isEqualTo(2);
  }

  @Test
  void explainShowsWhatIsReadAndWhatIsNot() {
    assertThat(
            load(POOL)
                .where("natoms < 17 AND energy < 0")
                .select("frame_id")
                .queryExecution()
                .executedPlan()
                .toString())
        .contains("columns [frame_id, energy], pushed filters [", "LessThan(natoms,17)")
        .contains("Filter (");
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  private Dataset<Row> frames() throws IOException {
    return spark.createDataFrame(
        frames(POOL).stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA);
  }

  @Test
  void whatIsNotSelectedIsNotRead() throws IOException {
    Path tree = twoSystems();
    // numbers that are none: only who reads them notices
    double[] poison = new double[12];
    java.util.Arrays.fill(poison, Double.NaN);
    NpyWriter.write(new LocalStorage(), tree + "/a/set.000/force.npy", poison, 2, 6);
    Dataset<Row> frames =
        spark.read().format("deepmd").option("mode", "FAILFAST").load(tree.toString());
    assertThat(frames.select("frame_id", "coord", "cell", "energy").collectAsList()).hasSize(4);
    assertThatThrownBy(() -> frames.select("force").collectAsList())
        .hasStackTraceContaining("force of atom 0 is NaN");
    NpyWriter.write(new LocalStorage(), tree + "/a/set.000/coord.npy", poison, 2, 6);
    assertThat(frames.select("system", "index", "formula", "z").collectAsList()).hasSize(4);
    assertThat(frames.groupBy("formula").count().collectAsList()).hasSize(1);
    assertThatThrownBy(() -> frames.select("frame_id").collectAsList())
        .hasStackTraceContaining("coordinate of atom 0 is NaN");
  }

  /** Systems a and b of two frames each, with energy and force. */
  private Path twoSystems() throws IOException {
    Path tree = folder.resolve("tree");
    LocalStorage storage = new LocalStorage();
    for (String name : List.of("a", "b")) {
      Path system = tree.resolve(name);
      Files.createDirectories(system.resolve("set.000"));
      Files.writeString(system.resolve("type.raw"), "0\n1\n");
      Files.writeString(system.resolve("type_map.raw"), "Ag\nAu\n");
      double shift = name.equals("a") ? 0 : 0.5;
      double[] coord = {0, 0, 0, 2, 2, 2, 0, 0, 0, 1 + shift, 2, 2};
      double[] box = {5, 0, 0, 0, 5, 0, 0, 0, 5, 5, 0, 0, 0, 5, 0, 0, 0, 5};
      NpyWriter.write(storage, system + "/set.000/coord.npy", coord, 2, 6);
      NpyWriter.write(storage, system + "/set.000/force.npy", coord, 2, 6);
      NpyWriter.write(storage, system + "/set.000/box.npy", box, 2, 9);
      NpyWriter.write(storage, system + "/set.000/energy.npy", new double[] {1, 2}, 2);
    }
    return tree;
  }

  @Test
  void badSystemsByMode() throws IOException {
    Path tree = twoSystems();
    Files.delete(tree.resolve("b/set.000/coord.npy"));
    Files.createDirectories(tree.resolve("c/set.000")); // no type.raw
    Dataset<Row> permissive = load(tree);
    List<Row> bad = permissive.where(col("_corrupt_record").isNotNull()).collectAsList();
    assertThat(bad).hasSize(2);
    assertThat(bad.toString()).contains("coord.npy not found").contains("type.raw not found");
    assertThat(bad).anyMatch(row -> "b".equals(row.getAs("system")));
    assertThat(bad).allMatch(row -> row.isNullAt(row.fieldIndex("coord")));
    assertThat(permissive.where("_corrupt_record IS NULL").count()).isEqualTo(2);
    assertThat(permissive.where("formula = 'Ag1Au1'").count()).isEqualTo(2);

    Dataset<Row> dropped =
        spark.read().format("deepmd").option("mode", "dropMalformed").load(tree.toString());
    assertThat(dropped.columns()).doesNotContain("_corrupt_record");
    assertThat(dropped.collectAsList()).hasSize(2);

    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("deepmd")
                    .option("mode", "FAILFAST")
                    .load(tree.toString())
                    .count())
        .hasStackTraceContaining("2 systems cannot be read")
        .hasStackTraceContaining("coord.npy not found")
        .hasStackTraceContaining("type.raw not found");
    assertThatThrownBy(() -> spark.read().format("deepmd").option("mode", "x").load("y"))
        .hasMessageContaining("PERMISSIVE, DROPMALFORMED or FAILFAST");
    assertThatThrownBy(() -> load(folder.resolve("none")).count())
        .hasMessageContaining("none: not found");
  }

  @Test
  void aFrameWithNaNIsCorruptAndCostsTheOthersNothing() throws IOException {
    Path tree = twoSystems();
    NpyWriter.write(
        new LocalStorage(), tree + "/a/set.000/energy.npy", new double[] {Double.NaN, 2}, 2);
    Dataset<Row> frames = load(tree);
    Row bad = frames.where("_corrupt_record IS NOT NULL").head();
    assertThat(bad.<String>getAs("_corrupt_record")).contains("energy is NaN");
    assertThat(bad.<Integer>getAs("index")).isZero();
    assertThat(bad.isNullAt(bad.fieldIndex("coord"))).isFalse();
    assertThat(
            spark
                .read()
                .format("deepmd")
                .option("mode", "DROPMALFORMED")
                .load(tree.toString())
                .select("energy")
                .collectAsList())
        .hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deepmd/npy", "deepmd/hdf5"})
  @Tag("slow")
  void whatIsWrittenIsReadEqual(String layout) {
    Path out = folder.resolve("out");
    Dataset<Row> frames = load(POOL).where("natoms = 8");
    frames.write().format("deepmd").option("layout", layout).save(out.toString());
    assertThat(ids(load(out))).isEqualTo(ids(frames)).hasSizeGreaterThan(100);
    assertThat(load(out).select("energy", "virial").distinct().count())
        .isEqualTo(frames.select("energy", "virial").distinct().count());

    assertThatThrownBy(() -> frames.write().format("deepmd").save(out.toString()))
        .hasMessageContaining("exists already");
    frames.write().format("deepmd").mode(SaveMode.Ignore).save(out.toString());
    Dataset<Row> others = load(POOL).where("natoms = 17");
    others.write().format("deepmd").option("layout", layout).mode("append").save(out.toString());
    assertThat(ids(load(out))).isEqualTo(ids(load(POOL).where("natoms IN (8, 17)")));
    assertThatThrownBy(
            () ->
                others
                    .write()
                    .format("deepmd")
                    .option("layout", layout)
                    .mode("append")
                    .save(out.toString()))
        .hasMessageContaining("a system of this name exists already");
    assertThat(ids(load(out))).isEqualTo(ids(load(POOL).where("natoms IN (8, 17)")));
    others.write().format("deepmd").mode("overwrite").save(out.toString());
    assertThat(ids(load(out))).isEqualTo(ids(others));
  }

  private static TreeSet<String> ids(Dataset<Row> frames) {
    return new TreeSet<>(
        frames.select("frame_id").as(org.apache.spark.sql.Encoders.STRING()).collectAsList());
  }

  @Test
  void framesOfOnesOwnMakingCanBeWritten() {
    Path out = folder.resolve("own");
    spark
        .sql(
            "SELECT 'mine' AS system, 0 AS index, array(47, 79) AS z,"
                + " array(0D, 0D, 0D, 2D, 2D, 2D) AS coord")
        .write()
        .format("deepmd")
        .option("typeMap", "Au,Ag")
        .save(out.toString());
    Row row = load(out).head();
    assertThat(row.<String>getAs("formula")).isEqualTo("Ag1Au1");
    assertThat(row.isNullAt(row.fieldIndex("cell"))).isTrue();
    assertThatThrownBy(
            () -> spark.sql("SELECT 1 AS system").write().format("deepmd").save(out + "2"))
        .hasMessageContaining("no column index, z, coord");
  }

  @Test
  void sqlReadsATreeAsATable() {
    spark.sql(
        "CREATE OR REPLACE TEMPORARY VIEW pool USING deepmd OPTIONS (path '%s')".formatted(POOL));
    assertThat(spark.sql("SELECT count(*) FROM pool WHERE formula = 'Ag8'").head().getLong(0))
        .isPositive();
  }
}
