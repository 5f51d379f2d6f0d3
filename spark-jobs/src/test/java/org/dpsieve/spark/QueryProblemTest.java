package org.dpsieve.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.apache.spark.SparkThrowable;
import org.apache.spark.SparkThrowableHelper;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.trees.CurrentOrigin;
import org.dpsieve.error.InputException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QueryProblemTest {
  private static final InputException PROBLEM = new InputException("graph.pb: not found");

  /** What PySpark does for {@code e.getMessage()} and for its log. */
  private static String asPythonSaysIt(SparkThrowable failure) {
    return SparkThrowableHelper.getMessage(failure.getCondition(), failure.getMessageParameters());
  }

  @ParameterizedTest
  @EnumSource
  void sparkKnowsEachCondition(QueryProblem kind) {
    Throwable before = catchThrowable(() -> kind.before("x", PROBLEM)); // it is a checked one
    Throwable during = kind.during("x", PROBLEM);
    for (Throwable failure : new Throwable[] {before, during}) {
      SparkThrowable spark = (SparkThrowable) failure;
      assertThat(failure).hasMessage("[DPSIEVE_%s] graph.pb: not found".formatted(kind));
      assertThat(spark.getCondition()).isEqualTo("DPSIEVE_" + kind);
      assertThat(spark.getMessageParameters())
          .containsEntry("problem", "graph.pb: not found")
          .hasSize(2);
      assertThat(asPythonSaysIt(spark)).startsWith(failure.getMessage());
      assertThat(spark.getSqlState()).as("of the standard, or Spark's own").hasSize(5);
    }
    // where Spark puts the place of the query in
    AnalysisException placed = ((AnalysisException) before).withPosition(CurrentOrigin.get());
    assertThat(asPythonSaysIt(placed)).contains("graph.pb: not found");
  }
}
