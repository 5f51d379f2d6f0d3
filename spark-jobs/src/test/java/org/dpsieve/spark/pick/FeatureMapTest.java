package org.dpsieve.spark.pick;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureMapTest {
  private static final int FRAMES = 12;

  @TempDir private Path folder;

  private final DeepPotential model = RandomModels.agAu(1);
  private final Dataset<Row> pool = pool();

  private static Dataset<Row> pool() {
    List<Row> rows = new ArrayList<>();
    for (int k = 0; k < FRAMES; k++) {
      rows.add(FrameRows.toRow(RandomModels.agAuFrame(k, 4 + k % 2)));
    }
    return LocalSpark.session().createDataFrame(rows, FrameRows.SCHEMA);
  }

  private static List<String> texts(List<double[]> places) {
    return places.stream().map(Arrays::toString).toList();
  }

  @Test
  void laterPicksLieWhereTheFirstMapHadThem() {
    FeatureMap.first(pool, pool.where("natoms = 4"), model).write(folder);
    FeatureMap first = FeatureMap.read(folder).orElseThrow();
    assertThat(first.sample()).hasSize(FRAMES);
    assertThat(texts(first.sample())).containsAll(texts(first.picked()));
    assertThat(first.picked()).hasSize(FRAMES / 2);
    first.later(pool, pool.where("natoms = 5"), model).write(folder);
    FeatureMap later = FeatureMap.read(folder).orElseThrow();
    assertThat(later.sample()).isEmpty();
    List<String> all = new ArrayList<>(texts(first.picked()));
    all.addAll(texts(later.picked()));
    assertThat(all).containsExactlyInAnyOrderElementsOf(texts(first.sample()));
    assertThat(first.later(pool, pool.limit(0), model).picked()).isEmpty();
  }

  /** Each axis has the mean zero, and together no correlation. */
  @Test
  void axesArePrincipalComponents() {
    List<double[]> places = FeatureMap.first(pool, pool.limit(0), model).sample();
    double[] sums = new double[5];
    for (double[] place : places) {
      double[] terms = {
        place[0], place[1], place[0] * place[1], place[0] * place[0], place[1] * place[1]
      };
      IntStream.range(0, sums.length).forEach(k -> sums[k] += terms[k]);
    }
    assertThat(Math.abs(sums[0]) + Math.abs(sums[1]) + Math.abs(sums[2]))
        .isLessThan(1e-9 * sums[3]);
    assertThat(sums[3]).isGreaterThan(sums[4]);
  }
}
