package org.dpsieve.spark.deviation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.StandIn;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.RandomModels;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("peer")
class DpModelDeviTest {
  private final SparkSession spark = LocalSpark.session();

  @TempDir private Path folder;

  private Dataset<Row> rows(List<Frame> frames, int partitions) {
    return spark
        .createDataFrame(frames.stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA)
        .coalesce(1)
        .repartition(partitions);
  }

  /** By DeePMD-kit's own function, as dp model-devi calls it; doubles as text with all digits. */
  private static final String MODEL_DEVI =
      """
      import json, sys
      import numpy as np
      from deepmd.infer import DeepPot, calc_model_devi
      asked = json.load(open(sys.argv[1]))
      models = [DeepPot(model) for model in asked["models"]]
      kinds = {name: i for i, name in enumerate(models[0].get_type_map())}
      for frame in asked["frames"]:
          box = frame["box"] and np.array([frame["box"]])
          types = [kinds[name] for name in frame["elements"]]
          frame["row"] = calc_model_devi(np.array([frame["coord"]]), box, types, models)[0, 1:].tolist()
      json.dump(asked, open(sys.argv[1], "w"))
      """;

  @Test
  void rowsAreThoseOfDeepmdKitToTheLastBitAndSoInSql() throws Exception {
    List<Path> models =
        IntStream.of(0, 1)
            .mapToObj(m -> Shared.repository().resolve("conf/ag-au/models/" + m + "/graph.pb"))
            .toList();
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Frame frame = RandomModels.agAuFrame(i, 3 + i % 3);
      frames.add(
          i % 2 == 0 ? frame : new Frame("open", i, frame.z(), frame.coord(), null, Labels.NONE));
    }
    double[] broken = new double[6];
    broken[4] = Double.NaN;
    frames.add(new Frame("test", 20, new int[] {47, 79}, broken, null, Labels.NONE));
    DpProgram program = new DpProgram(DeepmdKit.dp().toString(), Map.of());
    try (DeviationEngine dp = DpModelDevi.of(spark, models, program, List.of());
        DeviationEngine jvm =
            EnsembleHandle.of(spark, models.stream().map(ModelFiles::read).toList())) {
      List<Row> actual = DeviationStage.applyWithTrueError(rows(frames, 1), dp).collectAsList();
      List<Row> expected = DeviationStage.applyWithTrueError(rows(frames, 1), jvm).collectAsList();
      assertThat(actual).hasSize(frames.size());
      for (int i = 0; i < actual.size(); i++) {
        assertThat(actual.get(i).getString(0)).isEqualTo(expected.get(i).getString(0));
        for (int k = 1; k < DeviationStage.TRUE_ERROR_SCHEMA.length(); k++) {
          double number = expected.get(i).getDouble(k);
          if (Double.isNaN(number)) {
            assertThat(actual.get(i).getDouble(k)).isNaN();
          } else {
            assertThat(actual.get(i).getDouble(k))
                .as("column %d of %s", k, expected.get(i))
                .isCloseTo(number, within(1e-8 * Math.abs(number) + 1e-9));
          }
        }
      }
      assertThat(actual.stream().filter(row -> Double.isNaN(row.getDouble(4)))).hasSize(1);
      assertThat(dp.problems().values()).containsExactly("coordinate of atom 1 is NaN");
      requireLastBits(actual, frames.subList(0, 6), models);
      requireSql(actual, frames, models);
    }
  }

  /** As {@code dp convert-backend FROM TO} does, without starting JAX twice. */
  private static final String CONVERT =
      """
      import sys
      from deepmd.main import main
      for pair in range(1, len(sys.argv), 2):
          main(["convert-backend", *sys.argv[pair:pair + 2]])
      """;

  /** {@code .hlo}: nobody else reads it; the models that it was made of are read here. */
  @Test
  void programsOfJaxSayWhatTheirModelsSay() throws Exception {
    Path dp = DeepmdKit.dp("jax");
    List<Path> models = new ArrayList<>();
    List<Path> programs = new ArrayList<>();
    List<String> pairs = new ArrayList<>();
    // not se_e2_a: of a model with a net for each pair of types DeePMD-kit 3.2.0 makes none
    for (String name : List.of("se_atten-strip-sharp", "se_atten-attention-strip-sharp")) {
      Path golden =
          Shared.repository()
              .resolve("model-core/src/test/resources/goldens/dpmodel/" + name + ".dp.gz");
      models.add(folder.resolve(name + ".dp"));
      try (InputStream in = new GZIPInputStream(Files.newInputStream(golden))) {
        Files.copy(in, models.get(models.size() - 1));
      }
      programs.add(folder.resolve(name + ".hlo"));
      pairs.addAll(
          List.of(
              folder.resolve(name + ".dp").toString(), folder.resolve(name + ".hlo").toString()));
    }
    DeepmdKit.python(dp, folder.resolve("log"), CONVERT, pairs);
    List<Frame> frames = List.of(RandomModels.agAuFrame(1, 4), RandomModels.agAuFrame(2, 4));
    try (DeviationEngine jax =
            DpModelDevi.of(spark, programs, new DpProgram(dp.toString(), Map.of()), List.of());
        DeviationEngine jvm =
            EnsembleHandle.of(spark, models.stream().map(ModelFiles::read).toList())) {
      List<Row> actual = DeviationStage.apply(rows(frames, 1), jax).collectAsList();
      List<Row> expected = DeviationStage.apply(rows(frames, 1), jvm).collectAsList();
      assertThat(jax.problems()).isEmpty();
      assertThat(actual).hasSize(2);
      for (int i = 0; i < 2; i++) {
        assertThat(actual.get(i).getString(0)).isEqualTo(expected.get(i).getString(0));
        for (int k = 1; k < 8; k++) {
          assertThat(actual.get(i).getDouble(k))
              .isCloseTo(expected.get(i).getDouble(k), within(1e-9));
        }
      }
    }
  }

  private void requireLastBits(List<Row> rows, List<Frame> frames, List<Path> models)
      throws Exception {
    ObjectNode asked = new ObjectMapper().createObjectNode();
    models.forEach(model -> asked.withArray("models").add(model.toString()));
    for (Frame frame : frames) {
      ObjectNode node = asked.withArray("frames").addObject();
      node.set("elements", new ObjectMapper().valueToTree(frame.names().of(frame.z())));
      node.set("coord", new ObjectMapper().valueToTree(frame.coord()));
      node.set("box", new ObjectMapper().valueToTree(frame.cell()));
    }
    Path file = Files.writeString(folder.resolve("asked.json"), asked.toString());
    DeepmdKit.python(folder.resolve("log"), MODEL_DEVI, List.of(file.toString()));
    JsonNode said = new ObjectMapper().readTree(file.toFile()).path("frames");
    for (int i = 0; i < frames.size(); i++) {
      String id = (String) FrameRows.toRow(frames.get(i)).get(0);
      Row row = rows.stream().filter(r -> r.getString(0).equals(id)).findFirst().orElseThrow();
      for (int k = 0; k < 7; k++) {
        assertThat(row.getDouble(1 + k)).isEqualTo(said.path(i).path("row").path(k).asDouble());
      }
    }
  }

  /** The process is that of the stage. */
  private void requireSql(List<Row> rows, List<Frame> frames, List<Path> models) {
    spark.conf().set("dpsieve.engine", "dp");
    try {
      rows(frames, 1).createOrReplaceTempView("by_dp");
      List<Row> found =
          spark
              .sql(
                  "SELECT frame_id, d.* FROM (SELECT frame_id, model_devi('%s,%s', z, coord, cell) AS d FROM by_dp)"
                      .formatted(models.get(0), models.get(1)))
              .collectAsList();
      assertThat(found).hasSameSizeAs(rows);
      for (Row row : found) {
        Row expected =
            rows.stream()
                .filter(r -> r.getString(0).equals(row.getString(0)))
                .findFirst()
                .orElseThrow();
        for (int k = 1; k < 8; k++) {
          double number = expected.getDouble(k);
          assertThat(Double.isNaN(row.getDouble(k))).isEqualTo(Double.isNaN(number));
          assertThat(Double.isNaN(number) ? 0 : row.getDouble(k) - number)
              .isCloseTo(0, within(1e-14));
        }
      }
    } finally {
      spark.conf().unset("dpsieve.engine");
    }
  }

  private DpModelDevi dp(DpProgram program) throws IOException {
    Path file = Files.writeString(folder.resolve("model.pth"), "a model");
    Path tree = Files.createDirectories(folder.resolve("model.savedmodel/variables"));
    Files.writeString(tree.resolve("variables.index"), "");
    return DpModelDevi.of(spark, List.of(file, file), program, List.of());
  }

  @Test
  void aFrameThatItCrashesOnIsNaNAndCostsTheOthersNothing() throws Exception {
    double[] first = IntStream.range(0, 12).mapToDouble(i -> i).toArray();
    first[5] = StandIn.CRASHES;
    List<Frame> frames = StandIn.frames(first);
    try (DpModelDevi dp = dp(StandIn.program(folder))) {
      List<Row> rows = DeviationStage.applyWithTrueError(rows(frames, 1), dp).collectAsList();
      assertThat(rows).hasSize(12);
      for (Frame frame : frames) {
        String id = (String) FrameRows.toRow(frame).get(0);
        Row row = rows.stream().filter(r -> r.getString(0).equals(id)).findFirst().orElseThrow();
        double x = frame.coord()[0];
        if (x > 900) {
          assertThat(row.getDouble(4)).isNaN();
          assertThat(row.getDouble(8)).isNaN();
          assertThat(dp.problems().get(id)).contains("signal 11");
        } else {
          assertThat(row.getDouble(4)).isEqualTo(x);
          assertThat(row.getDouble(8)).isEqualTo(2 * x);
        }
      }
      int starts = StandIn.starts(folder).size();
      assertThat(starts).as("starts, each seconds with the real program").isLessThan(12);
      DeviationStage.apply(rows(StandIn.frames(1, 2), 1), dp).collectAsList();
      assertThat(StandIn.starts(folder)).as("the process has stayed").hasSize(starts);
    }
  }

  @Test
  void aProgramThatIsNotThereIsNotTheFramesFault() throws IOException {
    DpProgram program = new DpProgram("/no/such/dp", Map.of());
    List<Frame> frames = List.of(RandomModels.agAuFrame(1, 4));
    try (DpModelDevi dp = dp(program)) {
      assertThatThrownBy(() -> dp.check(spark, List.of("Ag", "Au"), 0, 0))
          .isInstanceOf(InputException.class)
          .hasMessageContainingAll("/no/such/dp", "not found", "model_devi.command");
      assertThatThrownBy(() -> DeviationStage.apply(rows(frames, 1), dp).collectAsList())
          .hasStackTraceContaining("/no/such/dp")
          .hasStackTraceContaining("model_devi.command");
    }
  }

  /** Of a run that has still to train its first models. */
  @Test
  void aProgramIsTriedBeforeThereAreModels() {
    DpModelDevi.check(spark, new DpProgram(DeepmdKit.dp().toString(), Map.of()), "pb");
    DpProgram lacking = new DpProgram("echo 'no torch' >&2; false && dp", Map.of());
    assertThatThrownBy(() -> DpModelDevi.check(spark, lacking, "pth"))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("no torch", "model_devi.command");
    assertThatThrownBy(() -> DpModelDevi.check(spark, new DpProgram("/no/such/dp", Map.of()), "pb"))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("/no/such/dp", "not found");
  }

  /** The same crystal, told by vectors that are as good and many times as long. */
  @Test
  void aSkewedCellIsWorkedOnInAnotherBasis() {
    Path model = Shared.repository().resolve("conf/ag-au/models/0/graph.pb");
    Path other = Shared.repository().resolve("conf/ag-au/models/1/graph.pb");
    Frame plain = RandomModels.agAuFrame(3, 4);
    double[] cell = plain.cell();
    double[] skewed = cell.clone();
    for (int c = 0; c < 3; c++) {
      skewed[3 + c] += 900 * cell[c];
      skewed[6 + c] += 700 * cell[c] - 200 * skewed[3 + c];
    }
    Frame same = new Frame("skewed", 0, plain.z(), plain.coord(), skewed, plain.labels());
    List<Frame> frames = List.of(plain, same);
    DpProgram program = new DpProgram(DeepmdKit.dp().toString(), Map.of());
    try (DeviationEngine dp = DpModelDevi.of(spark, List.of(model, other), program, List.of());
        DeviationEngine jvm =
            EnsembleHandle.of(spark, List.of(ModelFiles.read(model), ModelFiles.read(other)))) {
      List<Row> rows = new ArrayList<>();
      for (DeviationEngine engine : List.of(dp, jvm)) {
        rows.addAll(DeviationStage.applyWithTrueError(rows(frames, 1), engine).collectAsList());
      }
      assertThat(rows).hasSize(4);
      for (Row row : rows) {
        for (int k = 1; k < DeviationStage.TRUE_ERROR_SCHEMA.length(); k++) {
          double number = rows.get(0).getDouble(k);
          assertThat(row.getDouble(k))
              .as("column %d of %s", k, row)
              .isCloseTo(number, within(2e-6 * Math.abs(number) + 1e-8));
        }
      }
    }
  }
}
