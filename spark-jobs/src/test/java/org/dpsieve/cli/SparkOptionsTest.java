package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.internal.SQLConf;
import org.dpsieve.spark.TaskCount;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.Test;

class SparkOptionsTest {
  /** Spark tells tasks of its own queries the session's settings, those of others nothing. */
  @Test
  void tasksOfAnRddCompileNoCodeEither() {
    LocalSpark.session();
    SparkSession spark = new SparkOptions().open("test");
    String mode =
        new JavaSparkContext(spark.sparkContext())
            .parallelize(List.of(1), 1)
            .map(one -> SQLConf.get().getConfString("spark.sql.codegen.factoryMode"))
            .first();
    assertThat(mode).isEqualTo("NO_CODEGEN");
  }

  @Test
  void onOneMachineThereAreAFewTasksForEachCore() {
    SparkSession spark = LocalSpark.session(); // two cores
    assertThat(List.of(1, 16, 17, 5000).stream().map(pieces -> TaskCount.of(spark, pieces)))
        .containsExactly(1, 16, 16, 16);
  }
}
