package org.dpsieve.spark.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.apache.spark.SparkRuntimeException;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.junit.jupiter.api.Test;

/** What the SQL functions say of frames without sense and of queries that are wrong. */
class SqlMistakesTest extends SqlFrames {
  @Test
  void framesThatMakeNoSenseAreNaNAndEndNoQuery() {
    String cell = "array(4, 0, 0, 0, 4, 0, 0, 0, 4)";
    for (String wild :
        List.of(
            "array(0, 0, 0, 0, 0, 0), " + cell,
            "array(0, 0, 0, 1e12, 0, 0), " + cell,
            "array(0, 0, 0, 2, 0, 0), array(4, 0, 0, 0, 4, 0, 4, 4, 0)",
            "array(0, 0, 0, 2, 0, 0), array(1e-3, 0, 0, 0, 1e-3, 0, 0, 0, 1e-3)",
            "array(0, 0, 0, double('NaN'), 0, 0), null")) {
      Row row =
          spark
              .sql(
                  "SELECT dp_d3(array(47, 79), %s), dp_energy('%s', array(47, 79), %s)"
                      .formatted(wild, FILES.get(0), wild))
              .head();
      assertThat(row.getStruct(0).getDouble(0)).as(wild).isNaN();
      assertThat(row.getStruct(0).<Double>getList(1)).hasSize(6).containsOnly(Double.NaN);
      assertThat(row.getDouble(1)).as(wild).isNaN();
    }
  }

  @Test
  void framesWithoutNumbersAreCountedOnceEach() {
    String frame = "array(47, 79), array(0, 0, 0, 2.5 * (id % 2), 0, 0), null";
    Dataset<Row> query =
        spark.sql(
            "SELECT id, dp_d3(%s), dp_energy('%s', %s) FROM range(7)"
                .formatted(frame, FILES.get(0), frame));
    query.collectAsList();
    assertThat(counted(query.queryExecution().executedPlan())).isEqualTo(4); // id 0, 2, 4, 6
  }

  private static long counted(SparkPlan plan) {
    return plan instanceof EvaluateFunctionsExec
        ? plan.metrics().apply(EvaluateFunctionsExec.WITHOUT_NUMBERS).value()
        : counted(plan.children().head());
  }

  @Test
  void theFirstFrameWithoutNumbersIsSaidWithItsReason() {
    WithoutNumbers frames = new WithoutNumbers(new SQLMetric("sum", 0));
    assertThat(frames.line()).isEmpty();
    Frame frame = new Frame("row", 0, new int[] {47, 79}, new double[6], null, Labels.NONE);
    frames.add(frame, () -> "2 atoms at one place");
    frames.add(
        frame,
        () -> {
          throw new AssertionError("asked for the first one alone");
        });
    assertThat(frames.line())
        .contains("frames without numbers (NaN): 2; the first, Ag1Au1: 2 atoms at one place");
  }

  @Test
  void mistakesAreExplained() {
    fails("SELECT model_devi('none/*.pb', z, coord, cell) FROM frames", "none/*.pb: not found");
    fails("SELECT model_devi(system, z, coord, cell) FROM frames", "expected a constant text");
    fails("SELECT model_devi('m', z, natoms, cell) FROM frames", "argument coord is of type int");
    fails("SELECT dp_energy('m', z) FROM frames", "dp_energy has 2 arguments");
    fails(
        "SELECT dp_energy('%s', array(8), array(0D, 0D, 0D), null)".formatted(FILES.get(0)),
        "element O of atom 0 is not in the models' type map");
    fails(
        "SELECT dp_energy('%s', array(47), array(0D, 0D), null)".formatted(FILES.get(0)),
        "coord holds 2 numbers, expected 3");
    fails(
        "SELECT 1 FROM frames a JOIN frames b ON a.index = b.index AND dp_energy('%s', a.z, b.coord, a.cell) > 0"
            .formatted(FILES.get(0)),
        "cannot be used in this place of a query");
  }

  @Test
  void mistakesHaveConditionsAndParameters() {
    AnalysisException models =
        catchThrowableOfType(
            AnalysisException.class,
            () -> spark.sql("SELECT model_devi('none/*.pb', z, coord, cell) FROM frames"));
    assertThat(models.getCondition()).isEqualTo("DPSIEVE_MODELS");
    assertThat(models.getMessageParameters())
        .containsEntry("models", "none/*.pb")
        .hasEntrySatisfying("problem", text -> assertThat(text).contains("not found"));
    assertThat(models.getMessage()).startsWith("[DPSIEVE_MODELS] models: none/*.pb: not found");
    requireCondition("SELECT dp_energy('m', z) FROM frames", "DPSIEVE_ARGUMENT");
    requireCondition("SELECT dp_d3(z, coord, cell, 'nothing') FROM frames", "DPSIEVE_ARGUMENT");
    requireCondition(
        "SELECT dp_sigma('%s', '%s', z, coord, cell) FROM frames"
            .formatted(FILES.get(0), FILES.get(0)),
        "DPSIEVE_MODELS");
    requireCondition(
        "SELECT 1 FROM frames a JOIN frames b ON a.index = b.index AND dp_energy('%s', a.z, b.coord, a.cell) > 0"
            .formatted(FILES.get(0)),
        "DPSIEVE_PLACE");
    requireCondition("SELECT * FROM deepmd.`/nowhere/at/all`", "DPSIEVE_DATA");
    requireCondition(
        "SELECT * FROM deepmd.`%s` WITH (mode = 'SOMEHOW')".formatted(EXAMPLE.resolve("pbe")),
        "DPSIEVE_DATA");
    assertThatThrownBy(
            () ->
                spark
                    .sql(
                        "SELECT dp_energy('%s', array(8), array(0D, 0D, 0D), null)"
                            .formatted(FILES.get(0)))
                    .collectAsList())
        .satisfies(
            failure -> {
              Throwable said = failure;
              while (!(said instanceof SparkRuntimeException)) {
                said = said.getCause();
              }
              assertThat(((SparkRuntimeException) said).getCondition()).isEqualTo("DPSIEVE_FRAME");
              assertThat(((SparkRuntimeException) said).getMessageParameters())
                  .containsEntry("function", "dp_energy");
            });
  }

  private void fails(String query, String message) {
    assertThatThrownBy(() -> spark.sql(query).collectAsList()).hasStackTraceContaining(message);
  }
}
