package org.dpsieve.spark.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.loop.Facts;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.uncertainty.Reliability;
import org.junit.jupiter.api.Test;

/** What errors are expected of a pool of which many frames have left. */
class ExpectedOfPoolTest {
  private static final StructType ROWS =
      new StructType()
          .add("max_devi_f", DataTypes.DoubleType)
          .add("sigma_e", DataTypes.DoubleType)
          .add("rms_sigma_f", DataTypes.DoubleType);

  /**
   * With few labels standard deviations are wide, and errors on labels left out half of them; with
   * more labels both are alike. The expected error is 0.1 all the time.
   */
  @Test
  void framesThatLeftCountByHowFarModelsWereOffThen() {
    Reliability few = found(0.2, 0.1);
    Reliability more = found(0.1, 0.1);
    Dataset<Row> gone = Tables.told(rows(9, 0.2), few);
    Facts.Expected expected =
        Tables.expected(
            rows(3, 0.1),
            gone,
            new UncertaintyFiles.Numbers(40, new boolean[] {true}, 1, 1, 1, null, more, null));
    assertThat(expected.frames()).isEqualTo(12);
    assertThat(expected.energy()).isCloseTo(0.1, within(1e-9));
    assertThat(expected.force()).isCloseTo(0.1, within(1e-9));
  }

  private static Reliability found(double sigma, double error) {
    Reliability.Of of =
        new Reliability.Of(100, 0.95, List.of(new Reliability.Bin(sigma, error, 100)));
    return new Reliability(20, of, of);
  }

  private static Dataset<Row> rows(int count, double sigma) {
    return LocalSpark.session()
        .createDataFrame(
            IntStream.range(0, count).mapToObj(k -> RowFactory.create(0.1, sigma, sigma)).toList(),
            ROWS);
  }
}
