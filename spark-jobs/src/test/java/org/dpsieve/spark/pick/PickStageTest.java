package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.BadBox;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.Test;

class PickStageTest {
  private static final StructType DEVIATIONS =
      new StructType()
          .add("frame_id", DataTypes.StringType, false)
          .add("max_devi_f", DataTypes.DoubleType, true)
          .add("devi_e", DataTypes.DoubleType, true);
  private static final TrustLevels LEVELS = new TrustLevels(new TrustBand(0.2, 0.5), TrustBand.OFF);

  private final SparkSession spark = LocalSpark.session();

  @Test
  void everyFrameGetsItsClassAndDecision() {
    Dataset<Row> classes =
        PickStage.classify(
            deviations(
                row("a", 0.1),
                row("b", 0.3),
                row("c", 0.3),
                row("d", 0.3),
                row("e", 0.6),
                row("f", Double.NaN),
                row("g", null),
                row("h", 0.1),
                row("i", 0.6)),
            LEVELS);
    Dataset<Row> skipped = skipped("b", "h", "i", "not in the pool");
    Dataset<Row> decided = PickStage.decide(classes, skipped, new RandomPick(), 7, 1, 1);
    Map<String, String> decisions = column(decided, "decision");
    String first = firstByHash(7, 1, List.of("c", "d"));
    assertThat(decisions)
        .containsEntry("a", "accurate")
        .containsEntry("b", "skipped")
        .containsEntry(first, "picked")
        .containsEntry(first.equals("c") ? "d" : "c", "rest")
        .containsEntry("e", "failed")
        .containsEntry("f", "failed")
        .containsEntry("g", "failed")
        .containsEntry("h", "accurate") // known frames are not reported as unfit
        .containsEntry("i", "skipped") // it could never be labelled, so it does not stall the run
        .hasSize(9);
    assertThat(column(decided, "skip_reason"))
        .containsEntry("b", "length_ratio")
        .containsEntry("h", null);
    Dataset<Row> labelled = skipped(); // the pick's label failed
    assertThat(ids(PickStage.remaining(decided, labelled)))
        .containsExactly("c", "d", "e", "f", "g");
    assertThat(ids(PickStage.remaining(decided, skipped(first)))).doesNotContain(first).hasSize(4);
  }

  @Test
  void picksAreThoseOfTheSeedWhateverThePartitions() {
    List<String> ids =
        IntStream.range(0, 500)
            .mapToObj(i -> String.format("%032x", i))
            .collect(Collectors.toList());
    Dataset<Row> pool = spark.createDataset(ids, Encoders.STRING()).toDF("frame_id");
    List<String> expected =
        ids.stream()
            .sorted(Comparator.comparing(id -> hash(11, 0, id)))
            .limit(40)
            .sorted()
            .toList();
    for (int partitions : new int[] {1, 3, 16}) {
      assertThat(picked(pool.repartition(partitions), 11, 40)).isEqualTo(expected);
    }
    assertThat(picked(pool, 12, 40)).hasSize(40).isNotEqualTo(expected);
    assertThat(picked(pool, 11, 1000)).hasSize(500);
    assertThat(picked(pool, 11, 0)).isEmpty();
  }

  @Test
  void skippedFramesMakeRoomForTheNextInOrder() {
    List<String> ids = List.of("a", "b", "c", "d", "e", "f");
    Dataset<Row> pool = spark.createDataset(ids, Encoders.STRING()).toDF("frame_id");
    List<String> order = ids.stream().sorted(Comparator.comparing(id -> hash(5, 0, id))).toList();
    Dataset<Row> decided =
        PickStage.decideFirst(pool, skipped(order.get(0)), new RandomPick(), 5, 2);
    assertThat(ids(decided.where(col("decision").equalTo("picked"))))
        .containsExactlyInAnyOrder(order.get(1), order.get(2));
    assertThat(ids(decided.where(col("decision").equalTo("skipped"))))
        .containsExactly(order.get(0));
    assertThat(ids(decided.where(col("decision").equalTo("rest")))).hasSize(3);
  }

  @Test
  void screenFindsUnfitFrames() {
    Frame good = new Frame("s", 0, new int[] {47}, new double[3], cell(4, 4, 4), Labels.NONE);
    Frame needle = new Frame("s", 1, new int[] {47}, new double[3], cell(2, 2, 30), Labels.NONE);
    Dataset<Row> frames =
        spark.createDataFrame(
            List.of(FrameRows.toRow(good), FrameRows.toRow(needle)), FrameRows.SCHEMA);
    List<Row> found =
        PickStage.skipped(frames, BadBox.parse("length_ratio:5;height_ratio:5")).collectAsList();
    assertThat(found)
        .containsExactly(
            RowFactory.create(
                FrameRows.toRow(needle).getString(0), "length_ratio", "15.0000, limit 5.00000"));
  }

  @Test
  void asksForTheTrueErrorWhenItCounts() {
    TrustLevels levels =
        new TrustLevels(TrustBand.OFF, TrustBand.OFF, new TrustBand(1, 2), TrustBand.OFF);
    assertThatThrownBy(() -> PickStage.classify(deviations(row("a", 1.0)), levels))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("true_error_f");
  }

  private List<String> picked(Dataset<Row> pool, long seed, int number) {
    return ids(
        PickStage.decideFirst(pool, skipped(), new RandomPick(), seed, number)
            .where(col("decision").equalTo("picked")));
  }

  private static double[] cell(double a, double b, double c) {
    return new double[] {a, 0, 0, 0, b, 0, 0, 0, c};
  }

  private static Row row(String id, Double force) {
    return RowFactory.create(id, force, 0.0);
  }

  private Dataset<Row> deviations(Row... rows) {
    return spark.createDataFrame(List.of(rows), DEVIATIONS);
  }

  private Dataset<Row> skipped(String... ids) {
    List<Row> rows = new ArrayList<>();
    for (String id : ids) {
      rows.add(RowFactory.create(id, "length_ratio", "7, limit 5"));
    }
    return spark.createDataFrame(rows, PickStage.SKIPPED_SCHEMA);
  }

  private static List<String> ids(Dataset<Row> rows) {
    return rows.select("frame_id").as(Encoders.STRING()).collectAsList().stream().sorted().toList();
  }

  private static Map<String, String> column(Dataset<Row> rows, String column) {
    Map<String, String> values = new TreeMap<>();
    rows.select("frame_id", column)
        .collectAsList()
        .forEach(row -> values.put(row.getString(0), row.getString(1)));
    return values;
  }

  private static String firstByHash(long seed, int iteration, List<String> ids) {
    return ids.stream().min(Comparator.comparing(id -> hash(seed, iteration, id))).orElseThrow();
  }

  /** The documented rule, in plain Java. */
  private static String hash(long seed, int iteration, String id) {
    try {
      byte[] text = (seed + ":" + iteration + ":" + id).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
