package org.dpsieve.spark.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.label.ase.AsePython;
import org.dpsieve.label.d4.DispersionD4;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.testing.Dftd4;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** The SQL functions through Spark's parser, analyser, optimiser and executors. */
class SqlFunctionsTest extends SqlFrames {
  @Test
  void deviationsAreTheStagesToTheLastBit() {
    Map<String, Row> expected = new HashMap<>();
    try (EnsembleHandle ensemble =
        EnsembleHandle.of(spark, FILES.stream().map(ModelFiles::read).toList())) {
      DeviationStage.apply(spark.table("frames"), ensemble)
          .collectAsList()
          .forEach(row -> expected.put(row.getString(0), row));
    }
    List<Row> actual =
        spark
            .sql("SELECT frame_id, d.* FROM (SELECT *, " + DEVI + " AS d FROM frames)")
            .collectAsList();
    assertThat(actual).hasSize(expected.size()).hasSizeGreaterThan(500);
    assertThat(actual.get(0).schema().fieldNames()).isEqualTo(DeviationStage.SCHEMA.fieldNames());
    actual.forEach(row -> assertThat(row).isEqualTo(expected.get(row.getString(0))));
  }

  @Test
  void quantilesByFormulaAsInTheReadme() {
    List<Row> rows =
        spark
            .sql(
                "SELECT formula, percentile_approx(d.max_devi_f, array(0.5,0.9,0.99)) AS q FROM"
                    + " (SELECT formula, "
                    + DEVI
                    + " AS d FROM frames) GROUP BY formula ORDER BY formula")
            .collectAsList();
    assertThat(rows).hasSizeGreaterThan(5);
    rows.forEach(
        row -> {
          List<Double> q = row.getList(1);
          assertThat(q.get(0)).isPositive().isLessThanOrEqualTo(q.get(1));
          assertThat(q.get(1)).isLessThanOrEqualTo(q.get(2));
        });
  }

  @Test
  @Tag("slow")
  void functionsMayStandAnywhereInAQuery() {
    String direct =
        "SELECT formula, max(" + DEVI + ".max_devi_f) AS m FROM frames GROUP BY formula";
    String nested =
        "SELECT formula, max(d.max_devi_f) AS m FROM (SELECT formula, "
            + DEVI
            + " AS d FROM frames) GROUP BY formula";
    assertThat(texts(spark.sql(direct))).isEqualTo(texts(spark.sql(nested)));
    long above = spark.sql("SELECT 1 FROM frames WHERE " + DEVI + ".max_devi_f > 0.1").count();
    assertThat(above)
        .isPositive()
        .isEqualTo(
            spark
                .sql("SELECT sum(int(" + DEVI + ".max_devi_f > 0.1)) FROM frames")
                .head()
                .getLong(0));
    assertThat(
            spark
                .sql(
                    "SELECT "
                        + DEVI
                        + ".max_devi_f > 0.1 AS far, count(*) FROM frames GROUP BY "
                        + DEVI
                        + ".max_devi_f > 0.1 HAVING far")
                .head()
                .getLong(1))
        .isEqualTo(above);
    List<Row> sorted =
        spark
            .sql("SELECT frame_id FROM frames ORDER BY " + DEVI + ".max_devi_f DESC LIMIT 3")
            .collectAsList();
    assertThat(sorted).hasSize(3);
    assertThat(
            spark
                .sql(
                    "WITH t AS (SELECT *, "
                        + DEVI
                        + " AS d FROM frames WHERE natoms = 8) "
                        + "SELECT count(*) FROM t a JOIN t b ON a.frame_id = b.frame_id "
                        + "WHERE a.d.devi_e = b.d.devi_e AND a.d.devi_e > 0")
                .head()
                .getLong(0))
        .isGreaterThan(100);
    assertThat(
            spark
                .sql(
                    "SELECT posexplode(dp_force('"
                        + MODELS
                        + "', z, coord, cell)) FROM frames LIMIT 5")
                .count())
        .isEqualTo(5);
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  @Test
  void conditionsComeFirstAndWhatNobodyReadsIsNotEvaluated() {
    String plan =
        spark
            .sql(
                "SELECT * FROM (SELECT formula, natoms, "
                    + DEVI
                    + " AS d FROM frames) WHERE formula = 'Ag8' AND d.max_devi_f > 0")
            .queryExecution()
            .optimizedPlan()
            .toString();
    // down to the source, which then opens one system
    assertThat(plan).doesNotContain("Filter (formula").contains("EvaluateFunctions");
    String counted =
        spark
            .sql("SELECT count(*) FROM (SELECT natoms, " + DEVI + " AS d FROM frames)")
            .queryExecution()
            .optimizedPlan()
            .toString();
    assertThat(counted).doesNotContain("EvaluateFunctions");
    // one evaluation however often it is written
    String twice =
        spark
            .sql("SELECT " + DEVI + ".max_devi_f, " + DEVI + ".devi_e FROM frames")
            .queryExecution()
            .executedPlan()
            .toString();
    assertThat(twice.split("MODEL_DEVI", -1)).hasSize(2);
  }

  @Test
  void energyForceAndDispersionAreTheLibrarys() {
    Frame frame = firstFrame();
    try (Ensemble ensemble = Ensemble.of(FILES.stream().map(ModelFiles::read).toList())) {
      Prediction[] models = ensemble.evaluate(List.of(frame)).get(0);
      Labels d3 =
          new DispersionD3(
                  new D3Options(
                      "pbe",
                      Damping.of("bj"),
                      D3Options.PAIR_CUTOFF,
                      D3Options.COORDINATION_CUTOFF))
              .evaluate(frame);
      Row row =
          spark
              .sql(
                  "SELECT dp_energy('%s', z, coord, cell), dp_energy(array('%s', '%s'), z, coord, cell),"
                          .formatted(FILES.get(1), FILES.get(0), FILES.get(2))
                      + " dp_force('%s', z, coord, cell), dp_d3(z, coord, cell, 'pbe', 'bj'), dp_d3(z, coord, cell).energy"
                          .formatted(FILES.get(3))
                      + " FROM frames WHERE system = 'Ag8' AND index = 0")
              .head();
      assertThat(row.getDouble(0)).isEqualTo(models[1].energy());
      assertThat(row.getDouble(1))
          .isCloseTo((models[0].energy() + models[2].energy()) / 2, within(1e-12));
      assertThat(row.<Double>getList(2))
          .isEqualTo(Arrays.stream(models[3].force()).boxed().toList());
      assertThat(row.getStruct(3).getDouble(0)).isEqualTo(d3.energy());
      assertThat(row.getStruct(3).<Double>getList(1))
          .isEqualTo(Arrays.stream(d3.force()).boxed().toList());
      assertThat(row.getDouble(4)).isNegative().isNotEqualTo(d3.energy());
    }
  }

  /** Against dftd4's own interface, which {@code DispersionD4Test} asks. */
  @Test
  void dispersionD4IsTheLabellersAndItsChargeMayBeAColumn() {
    Path python = Dftd4.python();
    spark.conf().set("dpsieve.python", python.toString());
    try {
      Row row =
          spark
              .sql(
                  "SELECT dp_d4(z, coord, cell, 'r2scan'), dp_d4(z, coord, cell, 'pbe', index + 1).energy,"
                      + " dp_d4(z, coord, cell).energy, dp_d4(array(47, 79), array(0, 0, 0, 0, 0, 0), null).energy,"
                      + " dp_d4(z, coord, cell, 'pbe', null)"
                      + " FROM frames WHERE system = 'Ag8' AND index = 0")
              .head();
      Labels r2scan = d4(python, "r2scan", 0);
      assertThat(row.getStruct(0).getDouble(0)).isEqualTo(r2scan.energy());
      assertThat(row.getStruct(0).<Double>getList(1))
          .isEqualTo(Arrays.stream(r2scan.force()).boxed().toList());
      assertThat(row.getStruct(0).<Double>getList(2))
          .isEqualTo(Arrays.stream(r2scan.virial()).boxed().toList());
      assertThat(row.getDouble(1)).isEqualTo(d4(python, "pbe", 1).energy());
      assertThat(row.getDouble(2)).isNotEqualTo(row.getDouble(1)).isNegative();
      assertThat(row.getDouble(3)).isNaN();
      assertThat(row.isNullAt(4)).isTrue();
      requireCondition("SELECT dp_d4(z, coord, cell, 'nothing') FROM frames", "DPSIEVE_ARGUMENT");
      assertThatThrownBy(() -> spark.sql("SELECT dp_d4(z, coord, cell, 'pbe', cell) FROM frames"))
          .hasMessageContaining("argument charge is of type array<double>, expected a number");
      spark.conf().set("dpsieve.python", "/nowhere/python");
      requireCondition("SELECT dp_d4(z, coord, cell) FROM frames", "DPSIEVE_ARGUMENT");
    } finally {
      spark.conf().unset("dpsieve.python");
    }
  }

  private static Labels d4(Path python, String functional, int charge) {
    return new DispersionD4(
            functional,
            JsonNodeFactory.instance.numberNode(charge),
            AsePython.quoted(python.toString()))
        .of(List.of(firstFrame()), TypeElements.LEADING, TaskRoom.ANY)
        .get(0)
        .labels();
  }

  private static Frame firstFrame() {
    try {
      return DeepmdSystems.readNpy(EXAMPLE.resolve("pbe/Ag8")).get(0);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void nullsAndLiteralsAndOtherNumbersAreTaken() {
    Row row =
        spark
            .sql(
                "SELECT dp_energy('%s', array(47, 79), array(0, 0, 0, 2.5, 0, 0), null),"
                        .formatted(FILES.get(0))
                    + " dp_energy('%s', null, null, null)".formatted(FILES.get(0)))
            .head();
    assertThat(row.getDouble(0)).isFinite();
    assertThat(row.isNullAt(1)).isTrue();
  }

  @Test
  void functionsAreDescribedWithExamples() {
    for (FunctionKind kind : FunctionKind.values()) {
      String said =
          spark.sql("DESCRIBE FUNCTION EXTENDED " + kind.sqlName()).collectAsList().stream()
              .map(row -> row.getString(0))
              .collect(Collectors.joining("\n"));
      assertThat(said)
          .contains("Arguments:", "coord - array", "Examples:", "> SELECT", kind.sqlName() + "(")
          .doesNotContain("_FUNC_", "N/A.");
    }
  }

  @Test
  void aPathIsATableWhoseSourceAndWorkAreKnown() {
    Dataset<Row> query =
        spark.sql(
            "SELECT dp_energy('%s', z, coord, cell) AS e FROM deepmd.`%s` AS f WHERE f.formula = 'Ag8' LIMIT 1000"
                .formatted(FILES.get(0), EXAMPLE.resolve("pbe")));
    assertThat(query.collectAsList()).hasSize(120);
    Map<String, Long> metrics = new HashMap<>();
    collect(query.queryExecution().executedPlan(), metrics);
    assertThat(metrics)
        .containsEntry("frames", 120L)
        .containsEntry("atoms", 960L)
        .containsEntry("systemsSkipped", 24L)
        .containsEntry("systemsUnreadable", 0L);
    assertThat(metrics.get(EvaluateFunctionsExec.PER_SECOND)).isPositive();
    DataSourceV2Relation relation =
        (DataSourceV2Relation)
            spark
                .sql("SELECT * FROM deepmd.`%s`".formatted(EXAMPLE.resolve("pbe")))
                .queryExecution()
                .analyzed()
                .collectLeaves()
                .head();
    assertThat(relation.table().properties())
        .containsEntry("provider", "deepmd")
        .containsEntry("location", EXAMPLE.resolve("pbe").toString())
        .containsEntry("openlineage.dataset.namespace", "file")
        .containsEntry("openlineage.dataset.name", EXAMPLE.resolve("pbe").toString());
  }

  private static void collect(SparkPlan plan, Map<String, Long> metrics) {
    CollectionConverters.asJava(plan.metrics())
        .forEach((name, metric) -> metrics.merge(name, metric.value(), Math::max));
    CollectionConverters.asJava(plan.children()).forEach(child -> collect(child, metrics));
  }
}
