package org.dpsieve.spark.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.pick.Borderline;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SinglePrecision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** float32 on the whole built-in pool: the same classes and picks, wherever the levels are. */
@Tag("slow")
class SinglePrecisionTest {
  private static final EnsembleOptions SINGLE = new EnsembleOptions(true, Precision.FLOAT32);
  private static final int MOST = 60;

  private static SparkSession spark;
  private static Dataset<Row> pool;
  private static List<DeepPotential> models;
  private static Map<String, Row> exact;
  private static Map<String, Row> single;

  @BeforeAll
  static void evaluateThePool() throws IOException {
    SinglePrecision.require();
    spark = LocalSpark.session();
    Path example = Shared.repository().resolve("conf/ag-au");
    List<Row> rows = new ArrayList<>();
    try (Stream<Path> systems = Files.list(example.resolve("pbe"))) {
      for (Path system : systems.sorted().toList()) {
        DeepmdSystems.readNpy(system).forEach(frame -> rows.add(FrameRows.toRow(frame)));
      }
    }
    assertThat(rows).hasSize(2600);
    pool = spark.createDataFrame(rows, FrameRows.SCHEMA).coalesce(2).cache();
    models =
        IntStream.range(0, 4)
            .mapToObj(m -> ModelFiles.read(example.resolve("models/%d/graph.pb".formatted(m))))
            .toList();
    exact = deviations(EnsembleOptions.DEFAULT, Borderline.NONE);
    single = deviations(SINGLE, Borderline.NONE);
    assertThat(single).isNotEqualTo(exact);
  }

  private static Map<String, Row> deviations(EnsembleOptions options, Borderline borderline) {
    Map<String, Row> found = new TreeMap<>();
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models, options, borderline)) {
      DeviationStage.apply(pool, ensemble)
          .collectAsList()
          .forEach(row -> found.put(row.getString(0), row));
    }
    return found;
  }

  @Test
  void theDeviationsAreWithinTheirBound() {
    exact.forEach(
        (id, row) -> {
          double force = row.<Double>getAs("max_devi_f");
          assertThat(single.get(id).<Double>getAs("max_devi_f"))
              .isCloseTo(force, within(Math.max(2e-4, 1e-3 * force)));
          double energy = row.<Double>getAs("devi_e");
          assertThat(single.get(id).<Double>getAs("devi_e"))
              .isCloseTo(energy, within(Math.max(2e-4, 1e-3 * energy)));
        });
  }

  @Test
  void levelsOnTopOfDeviationsDoNotChangeClassesAndPicks() {
    TrustLevels levels =
        new TrustLevels(
            new TrustBand(awkward("max_devi_f", 0.2), awkward("max_devi_f", 0.3)),
            new TrustBand(awkward("devi_e", 0.01), 1));
    assertThat(decisions(single, levels, new RandomPick()))
        .as("without a second evaluation")
        .isNotEqualTo(decisions(exact, levels, new RandomPick()));
    Map<String, Row> checked = deviations(SINGLE, new Borderline(levels, false));
    assertThat(decisions(checked, levels, new RandomPick()))
        .isEqualTo(decisions(exact, levels, new RandomPick()));
    assertThat(checked.values().stream().filter(row -> exact.containsValue(row)).count())
        .as("frames evaluated again")
        .isBetween(3L, 200L);
  }

  @Test
  void rankedCandidatesAreRankedInDoublePrecision() {
    TrustLevels levels = new TrustLevels(new TrustBand(0.2, 100), TrustBand.OFF);
    Map<String, Row> checked = deviations(SINGLE, new Borderline(levels, true));
    assertThat(decisions(checked, levels, new DeviationPick(org.dpsieve.pick.Measure.FORCE)))
        .isEqualTo(decisions(exact, levels, new DeviationPick(org.dpsieve.pick.Measure.FORCE)));
    exact.forEach(
        (id, row) -> {
          if (row.<Double>getAs("max_devi_f") >= 0.2) {
            assertThat(checked.get(id)).isEqualTo(row);
          }
        });
  }

  /** A level between the two precisions' numbers of one frame: that nearest {@code around}. */
  private static double awkward(String column, double around) {
    double best = Double.POSITIVE_INFINITY;
    for (String id : exact.keySet()) {
      double high = exact.get(id).<Double>getAs(column);
      double low = single.get(id).<Double>getAs(column);
      if (low < high && Math.abs(high - around) < Math.abs(best - around)) {
        best = high;
      }
    }
    return best;
  }

  private static Map<String, String> decisions(
      Map<String, Row> deviations, TrustLevels levels, PickOrder strategy) {
    Dataset<Row> rows =
        spark.createDataFrame(List.copyOf(deviations.values()), DeviationStage.SCHEMA).coalesce(1);
    Map<String, String> found = new TreeMap<>();
    PickStage.decide(
            PickStage.classify(rows, levels),
            spark.createDataFrame(List.of(), PickStage.SKIPPED_SCHEMA),
            strategy,
            1,
            1,
            MOST)
        .select("frame_id", "class", "decision")
        .collectAsList()
        .forEach(row -> found.put(row.getString(0), row.getString(1) + row.getString(2)));
    return found;
  }
}
