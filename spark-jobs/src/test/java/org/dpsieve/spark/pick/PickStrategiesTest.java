package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PickStrategiesTest {
  private static final int FRAMES = 40;

  private final Dataset<Row> frames = frames();

  private static Dataset<Row> frames() {
    List<Row> rows = new ArrayList<>();
    for (int k = 0; k < FRAMES; k++) {
      rows.add(FrameRows.toRow(RandomModels.agAuFrame(k, 4 + k % 2)));
    }
    return LocalSpark.session().createDataFrame(rows, FrameRows.SCHEMA);
  }

  private PickOrder strategy(PickStrategy strategy, Dataset<Row> all, int number) {
    return PickStrategies.of(
        strategy,
        () -> new PickContext(all, all.limit(0), () -> RandomModels.agAu(1), number, false));
  }

  private static List<String> ids(Dataset<Row> ordered, int number) {
    return ordered.limit(number).collectAsList().stream()
        .map(row -> row.<String>getAs("frame_id"))
        .toList();
  }

  private static Dataset<Row> candidates(Dataset<Row> frames) {
    return frames
        .select("frame_id")
        .withColumn("max_devi_f", pmod(hash(col("frame_id")), lit(7)).cast("double"));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("slow")
  void theSamePicksWhateverThePartitions(PickStrategy key) {
    List<String> picks = ids(strategy(key, frames, 10).order(candidates(frames), 3, 1), 10);
    assertThat(new HashSet<>(picks)).hasSize(10);
    Dataset<Row> scattered = frames.repartition(5, col("natoms"), col("frame_id"));
    Dataset<Row> ordered = strategy(key, scattered, 10).order(candidates(scattered), 3, 1);
    assertThat(ids(ordered, 10)).isEqualTo(picks);
    assertThat(ordered.columns()).containsExactlyInAnyOrder("frame_id", "max_devi_f");
    assertThat(ordered.count()).isBetween(10L, (long) FRAMES);
    if (key != PickStrategy.DEVIATION) {
      assertThat(ids(strategy(key, frames, 10).order(candidates(frames), 4, 1), 10))
          .isNotEqualTo(picks);
    }
  }

  @Test
  void deviationTakesTheWorstFirst() {
    List<Row> ordered =
        strategy(PickStrategy.DEVIATION, frames, 10)
            .order(candidates(frames), 3, 1)
            .collectAsList();
    assertThat(ordered.stream().map(row -> -row.<Double>getAs("max_devi_f")).toList()).isSorted();
  }

  @Test
  void stratifiedTakesEachCompositionInTurn() {
    long formulas = frames.select("formula").distinct().count();
    Dataset<Row> ordered =
        strategy(PickStrategy.STRATIFIED, frames, FRAMES).order(candidates(frames), 3, 1);
    // no composition is sorted as a whole
    assertThat(ordered.queryExecution().optimizedPlan().toString()).contains("WindowGroupLimit");
    List<String> picks = ids(ordered, (int) formulas);
    assertThat(
            frames
                .where(col("frame_id").isInCollection(picks))
                .select("formula")
                .distinct()
                .count())
        .isEqualTo(formulas);
  }

  @Test
  void aModelWithoutFeaturesIsSaid() {
    PickStrategies.check(PickStrategy.STRATIFIED, () -> null); // looks at no model
    assertThatThrownBy(
            () ->
                PickStrategies.check(
                    PickStrategy.INFORMATION,
                    () -> {
                      throw new UnsupportedModelException("m.pb: no such descriptor");
                    }))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m.pb: no such descriptor")
        .hasMessageContaining("possible: random, deviation, stratified");
  }
}
