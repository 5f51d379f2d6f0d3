package org.dpsieve.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.dpsieve.frame.Frame;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.MadeLibrary;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Function1;
import scala.runtime.BoxedUnit;

/** A real table of Delta Lake, as rescreen's library and result. */
class DeltaTableTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");

  @TempDir private Path folder;

  private final SparkSession plain = LocalSpark.session();
  private final Terminal terminal = new Terminal();
  private SparkSession spark;

  /**
   * One session more of the same context, with Delta's extensions, as spark-submit would make it.
   */
  @BeforeEach
  void withDelta() throws ReflectiveOperationException {
    assumeTrue(TableFormat.DELTA.isThere(), "Delta's library is not on the class path");
    SparkSession.clearActiveSession();
    SparkSession.clearDefaultSession();
    spark =
        SparkSession.builder()
            .withExtensions(extension())
            .config(
                "spark.sql.catalog.spark_catalog",
                "org.apache.spark.sql.delta.catalog.DeltaCatalog")
            .getOrCreate();
    SparkSession.setActiveSession(spark);
  }

  @SuppressWarnings("unchecked") // it is one of those
  private static Function1<SparkSessionExtensions, BoxedUnit> extension()
      throws ReflectiveOperationException {
    return (Function1<SparkSessionExtensions, BoxedUnit>)
        Class.forName("io.delta.sql.DeltaSparkSessionExtension").getConstructor().newInstance();
  }

  @AfterEach
  void withoutDelta() {
    SparkSession.setActiveSession(plain);
    SparkSession.setDefaultSession(plain);
  }

  private void rescreen(Path table) {
    List<Object> all = new ArrayList<>(List.of("rescreen", "-m"));
    Stream.of("0", "1").map(m -> EXAMPLE.resolve("models/" + m + "/graph.pb")).forEach(all::add);
    all.addAll(
        List.of(
            "--table",
            table,
            "--mapping",
            "lemat-traj",
            "-o",
            folder.resolve("out"),
            "--output-table",
            folder.resolve("result")));
    terminal.clear();
    assertThat(terminal.run(all.toArray())).as(terminal::said).isZero();
  }

  private List<String> ids() {
    Dataset<Row> result = spark.read().format("delta").load(folder.resolve("result").toString());
    return result.select("library_id").collectAsList().stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }

  @Test
  void aTableIsReadAtASnapshotAndBroughtUpToDateByTheNext() {
    List<Frame> silver = MadeLibrary.frames(plain, EXAMPLE.resolve("pbe/Ag8"), 3);
    List<Frame> gold = MadeLibrary.frames(plain, EXAMPLE.resolve("pbe/Au8"), 2);
    Path table = folder.resolve("library");
    String path = table.toString();
    MadeLibrary.lemat(spark, silver)
        .coalesce(1)
        .write()
        .format("delta")
        .partitionBy("functional")
        .save(path);
    rescreen(table);
    assertThat(ids()).containsExactly("Ag8-pbe-0", "Ag8-pbe-1", "Ag8-pbe-2");

    // deleted rows stay in their file, and Delta numbers its rows itself from now on
    spark.sql(
        "ALTER TABLE delta.`%s` SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"
            .formatted(path));
    MadeLibrary.lemat(spark, gold).coalesce(1).write().format("delta").mode("append").save(path);
    spark.sql("DELETE FROM delta.`%s` WHERE id = 'Ag8-pbe-1'".formatted(path));
    rescreen(table);
    assertThat(ids()).containsExactly("Ag8-pbe-0", "Ag8-pbe-2", "Au8-pbe-0", "Au8-pbe-1");
    assertThat(terminal.said()).contains("evaluated: 2 frames");
  }
}
