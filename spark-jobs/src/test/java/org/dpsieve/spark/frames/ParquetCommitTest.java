package org.dpsieve.spark.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.error.InputException;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetCommitTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("name", DataTypes.StringType, false)
          .add("number", DataTypes.IntegerType, false)
          .add("value", DataTypes.DoubleType, true);

  private final SparkSession spark = LocalSpark.session();
  @TempDir Path folder;

  @Test
  void theSameRowsGiveTheSameBytesHoweverTheyArrive() throws IOException {
    List<Row> rows = rows(103);
    ParquetCommit.write(
        dataset(rows, 1), List.of("name", "number"), PartSize.rows(10), target("a"), Map.of());
    Collections.shuffle(rows, new Random(5));
    ParquetCommit.write(
        dataset(rows, 7), List.of("name", "number"), PartSize.rows(10), target("b"), Map.of());
    Map<String, String> a = contents("a");
    assertThat(a).hasSize(12).containsKeys("part-00000.parquet", "part-00010.parquet");
    assertThat(contents("b"))
        .usingRecursiveComparison()
        .as("11 part files and the manifest with their checksums")
        .isEqualTo(a);
  }

  @Test
  void linksUnderItsNamesAreNeverWrittenThrough() throws IOException {
    Path precious = Files.createDirectories(folder.resolve("precious"));
    Files.writeString(precious.resolve("part-1.txt"), "precious");
    for (Path leadsTo : List.of(precious, folder.resolve("nowhere"))) {
      Path staged = folder.resolve("_staged-linked");
      Files.createSymbolicLink(staged, leadsTo);
      ParquetCommit.write(
          dataset(rows(5), 1),
          List.of("name", "number"),
          PartSize.rows(10),
          target("linked"),
          Map.of());
      assertThat(staged).doesNotExist();
      assertThat(ParquetCommit.isComplete(spark, target("linked"))).isTrue();
      ParquetCommit.remove(spark, target("linked"));
    }
    assertThat(precious.resolve("part-1.txt")).hasContent("precious");
    assertThat(precious).isDirectoryContaining(file -> file.endsWith("part-1.txt"));

    Files.createSymbolicLink(folder.resolve("dead"), folder.resolve("nowhere"));
    assertThatThrownBy(
            () ->
                ParquetCommit.write(
                    dataset(rows(5), 1),
                    List.of("name"),
                    PartSize.rows(10),
                    target("dead"),
                    Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dead: is a link that leads nowhere; remove it");
    assertThat(folder.resolve("nowhere")).doesNotExist();
  }

  @Test
  void filesHoldTheSortedRowsInTurnAndEachIsReadAsOnePartitionWhereAskedFor() {
    ParquetCommit.write(
        dataset(rows(25), 4), List.of("name", "number"), PartSize.rows(10), target("a"), Map.of());
    List<Row> expected = rows(25);
    expected.sort((x, y) -> compare(x, y));
    for (int part = 0; part < 3; part++) {
      assertThat(
              spark.read().parquet(target("a") + "/part-0000" + part + ".parquet").collectAsList())
          .isEqualTo(expected.subList(10 * part, Math.min(25, 10 * part + 10)));
    }
    List<String> files = List.of("part-00000.parquet", "part-00001.parquet", "part-00002.parquet");
    Dataset<Row> byFile = FramesDataset.readFiles(spark, target("a"), files);
    assertThat(byFile.javaRDD().glom().map(List::size).collect())
        .containsExactlyInAnyOrder(10, 10, 5);
    Dataset<Row> read = FramesDataset.readParts(spark, target("a"), List.of("name"), "names");
    assertThat(read.javaRDD().getNumPartitions()).isLessThanOrEqualTo(2); // the cores
    assertThat(read.collectAsList()).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** A hundred small rows and one large, with all keys in one task and with keys in many. */
  @ParameterizedTest
  @ValueSource(longs = {101, 2_000_000})
  void partsAreCutByWeight(long count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i <= 100; i++) {
      rows.add(RowFactory.create("r", i, 0.0));
    }
    Dataset<Row> weighed =
        dataset(rows, 7)
            .withColumn("natoms", functions.expr("CASE WHEN number = 50 THEN 1000 ELSE 2 END"));
    Dataset<Row> parts =
        PartBoundaries.of(weighed, List.of("name", "number"), PartSize.atoms(50), count)
            .partition(weighed);
    List<Integer> sizes =
        parts.javaRDD().glom().map(List::size).collect().stream().filter(size -> size > 0).toList();
    // 25 rows of 2, 25 more; the row of 1,000 ends a multiple of 50; the last 50 rows again
    assertThat(sizes).containsExactlyInAnyOrder(25, 25, 1, 25, 25);
    List<Long> atoms =
        parts
            .javaRDD()
            .glom()
            .map(part -> part.stream().mapToLong(row -> row.<Integer>getAs("natoms")).sum())
            .collect();
    assertThat(atoms).containsExactlyInAnyOrder(50L, 50L, 1000L, 50L, 50L);
  }

  @Test
  void stringsAreCutWhereSparkSortsThem() {
    // above U+FFFF Java's own order differs from that of UTF-8 bytes
    List<String> names = List.of("\uFFEE", "\uD83D\uDE00", "a", "\u00E9", "z", "\uFF21");
    List<Row> rows = new ArrayList<>();
    names.forEach(name -> rows.add(RowFactory.create(name, 0, 0.0)));
    ParquetCommit.write(dataset(rows, 3), List.of("name"), PartSize.rows(2), target("a"), Map.of());
    List<Row> sorted = dataset(rows, 1).sort("name").collectAsList();
    List<Row> written = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      written.addAll(
          spark.read().parquet(target("a") + "/part-0000" + part + ".parquet").collectAsList());
    }
    assertThat(written).isEqualTo(sorted);
  }

  @Test
  void aCompleteTargetIsKnownWithItsMetadataAndNotReplaced() throws IOException {
    assertThat(ParquetCommit.isComplete(spark, target("a"))).isFalse();
    ParquetCommit.write(
        dataset(rows(3), 1),
        List.of("number"),
        PartSize.rows(10),
        target("a"),
        Map.of("seed", "7"));
    PartsManifest manifest = ParquetCommit.manifest(spark, target("a")).orElseThrow();
    assertThat(manifest.rows()).isEqualTo(3);
    assertThat(manifest.metadata()).containsExactly(Map.entry("seed", "7"));
    assertThatThrownBy(
            () ->
                ParquetCommit.write(
                    dataset(rows(3), 1),
                    List.of("number"),
                    PartSize.rows(10),
                    target("a"),
                    Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("exists already");
    Files.writeString(folder.resolve("a/part-00000.parquet"), "cut");
    assertThat(ParquetCommit.isComplete(spark, target("a"))).isFalse();
    ParquetCommit.write(
        dataset(rows(4), 1), List.of("number"), PartSize.rows(10), target("a"), Map.of());
    assertThat(spark.read().parquet(target("a")).count()).isEqualTo(4);
  }

  @Test
  void aFolderOfOtherThingsIsNotTouched() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.writeString(folder.resolve("mine/thesis.tex"), "months of work");
    assertThatThrownBy(
            () ->
                ParquetCommit.write(
                    dataset(rows(3), 1),
                    List.of("number"),
                    PartSize.rows(10),
                    target("mine"),
                    Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("thesis.tex");
    assertThat(folder.resolve("mine/thesis.tex")).content().isEqualTo("months of work");
  }

  @Test
  void noRowsMakeOneFileWithTheColumns() {
    ParquetCommit.write(
        dataset(List.of(), 2), List.of("number"), PartSize.rows(10), target("a"), Map.of());
    Dataset<Row> read = spark.read().parquet(target("a"));
    assertThat(read.columns()).containsExactly("name", "number", "value");
    assertThat(read.count()).isZero();
  }

  @Test
  void aFailedWriteLeavesNothingAndAFullDiskIsSaidPlainly() throws IOException {
    Dataset<Row> failing =
        dataset(rows(5), 2)
            .withColumn("value", functions.raise_error(functions.lit("No space left on device")));
    assertThatThrownBy(
            () ->
                ParquetCommit.write(
                    failing, List.of("number"), PartSize.rows(10), target("a"), Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a: the disk is full");
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  private String target(String name) {
    return folder.resolve(name).toString();
  }

  private Dataset<Row> dataset(List<Row> rows, int partitions) {
    return spark.createDataFrame(rows, SCHEMA).repartition(partitions);
  }

  private static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(RowFactory.create("n" + i % 3, (i * 37) % 1009, i == 4 ? null : i / 7.0));
    }
    return rows;
  }

  private static int compare(Row x, Row y) {
    int byName = x.getString(0).compareTo(y.getString(0));
    return byName != 0 ? byName : Integer.compare(x.getInt(1), y.getInt(1));
  }

  private Map<String, String> contents(String name) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.list(folder.resolve(name))) {
      for (Path file : files.toList()) {
        contents.put(
            file.getFileName().toString(),
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }
}
