package org.dpsieve.spark.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.BeforeEach;

/** Small frames of the built-in pool as a view, and the built-in models. */
abstract class SqlFrames {
  static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  static final String MODELS = EXAMPLE + "/models/*/graph.pb";
  static final List<Path> FILES =
      List.of("0", "1", "2", "3").stream()
          .map(m -> EXAMPLE.resolve("models/" + m + "/graph.pb"))
          .toList();

  static final String DEVI = "model_devi('" + MODELS + "', z, coord, cell)";

  final SparkSession spark = LocalSpark.session();

  @BeforeEach
  void frames() {
    spark
        .read()
        .format("deepmd")
        .load(EXAMPLE.resolve("pbe").toString())
        .where("natoms <= 17")
        .createOrReplaceTempView("frames");
  }

  final void requireCondition(String query, String condition) {
    assertThatThrownBy(() -> spark.sql(query).collectAsList())
        .as(query)
        .isInstanceOfSatisfying(
            AnalysisException.class,
            failure -> assertThat(failure.getCondition()).isEqualTo(condition));
  }
}
