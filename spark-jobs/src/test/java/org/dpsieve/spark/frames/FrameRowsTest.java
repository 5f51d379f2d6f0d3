package org.dpsieve.spark.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.Test;

class FrameRowsTest {
  @Test
  void aFrameSurvivesParquetWithAndWithoutItsOptionalParts(
      @org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) {
    Frame full =
        new Frame(
            "a/b",
            3,
            new int[] {47, 79},
            new double[] {0, 1, 2, 3, 4, 5.5},
            new double[] {4, 0, 0, 0, 4, 0, 0, 0, 4},
            new Labels(-1.5, new double[] {1, 2, 3, -1, -2, -3}, new double[9]),
            new double[] {0.1},
            new double[] {7, 8});
    Frame bare = new Frame("c", 0, new int[] {1}, new double[] {0, 0, 0}, null, Labels.NONE);
    String path = folder.resolve("frames").toString();
    LocalSpark.session()
        .createDataFrame(List.of(FrameRows.toRow(full), FrameRows.toRow(bare)), FrameRows.SCHEMA)
        .write()
        .parquet(path);
    Dataset<Row> read = LocalSpark.session().read().parquet(path).orderBy("system");
    List<Row> rows = read.collectAsList();
    assertThat(FrameRows.toFrame(rows.get(0))).usingRecursiveComparison().isEqualTo(full);
    assertThat(FrameRows.toFrame(rows.get(1))).usingRecursiveComparison().isEqualTo(bare);
    assertThat(rows.get(0).<String>getAs("formula")).isEqualTo("Ag1Au1");
  }
}
