package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.SinglePrecision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** rescreen as a command, over the built-in pool: its numbers, samples and picks. */
@Tag("slow")
class RescreenCommandTest extends RescreenedTree {
  @Test
  void aTreeAndADatasetHaveTheStagesNumbers() {
    assertThat(run("import", "-s", tree, "-o", folder.resolve("frames"))).isZero();
    rescreen(folder.resolve("frames"), folder.resolve("a"));
    rescreen(tree, folder.resolve("b"));
    List<String> columns = new ArrayList<>(List.of(DeviationStage.SCHEMA.fieldNames()));
    try (EnsembleHandle ensemble =
        EnsembleHandle.of(spark, MODELS.stream().map(ModelFiles::read).toList())) {
      List<String> expected =
          texts(
              DeviationStage.apply(
                  FramesDataset.read(spark, folder.resolve("frames").toString()), ensemble));
      for (String name : List.of("a", "b")) {
        Dataset<Row> result = spark.read().parquet(folder.resolve(name).toString());
        assertThat(result.columns())
            .startsWith("frame_id", "system", "index", "formula", "natoms", "max_devi_v");
        assertThat(
                texts(result.select(columns.get(0), columns.subList(1, 8).toArray(String[]::new))))
            .isEqualTo(expected);
      }
    }
    assertThat(terminal.err()).contains("to evaluate: 440 frames", "core-hours", "evaluated: 440");
    assertThat(terminal.out()).contains("(all)").contains("440 frames, summary: ");
  }

  @Test
  void aSampleEstimatesTheCandidatesAndIsNotEvaluatedAgain() throws IOException {
    Path result = folder.resolve("result");
    Object[] levels = {"--f-lo", "0.05", "--f-hi", "0.3"};
    rescreen(tree, result, "--sample", "0.25", levels[0], levels[1], levels[2], levels[3]);
    long sampled = spark.read().parquet(result.toString()).count();
    assertThat(sampled).isBetween(70L, 160L);
    String text = terminal.out();
    assertThat(text).contains("candidates among all 440 frames: about ");
    rescreen(tree, result, levels);
    assertThat(terminal.err()).contains("evaluated: " + (440 - sampled) + " frames");
    long candidates =
        spark
            .read()
            .parquet(result.toString())
            .where("max_devi_f >= 0.05 AND max_devi_f < 0.3")
            .count();
    java.util.regex.Matcher interval =
        java.util.regex.Pattern.compile("confidence ([\\d,]+) to ([\\d,]+)").matcher(text);
    assertThat(interval.find()).isTrue();
    assertThat(candidates)
        .isBetween(
            Long.valueOf(interval.group(1).replace(",", "")),
            Long.valueOf(interval.group(2).replace(",", "")));
    rescreen(tree, folder.resolve("fresh"), levels);
    Map<String, String> actual = contents(result);
    Map<String, String> expected = contents(folder.resolve("fresh"));
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void picksAreAFramesDatasetAndFollowFromTheSeed() throws IOException {
    Path result = folder.resolve("result");
    Object[] more = {
      "--where", "formula LIKE 'Ag%' AND natoms = 8", "--f-lo", "0.05", "--f-hi", "0.3", "--pick", 7
    };
    rescreen(tree, result, more);
    assertThat(terminal.out()).contains("7 candidates picked (random)");
    Dataset<Row> rows = spark.read().parquet(result.toString());
    assertThat(rows.where("natoms != 8 OR formula NOT LIKE 'Ag%'").count()).isZero();
    assertThat(rows.count()).isEqualTo(240);
    Dataset<Row> picks = FramesDataset.read(spark, result + ".picks");
    assertThat(picks.count()).isEqualTo(7);
    assertThat(picks.where("max_devi_f >= 0.05 AND max_devi_f < 0.3 AND natoms = 8").count())
        .isEqualTo(7);
    Map<String, String> before = contents(folder.resolve("result.picks"));
    rescreen(tree, folder.resolve("again"), more);
    assertThat(contents(folder.resolve("again.picks"))).isEqualTo(before);
    assertThat(run("export", result + ".picks", "-o", folder.resolve("x"))).isZero();

    String summary = Files.readString(folder.resolve("result.summary.tsv"));
    assertThat(summary.lines().findFirst().orElse(""))
        .isEqualTo(
            "formula\tnatoms\tframes\taccurate\tcandidate\tfailed\tmax_devi_f_50 (eV/A)"
                + "\tmax_devi_f_90 (eV/A)\tmax_devi_f_99 (eV/A)\tmax_devi_f_max (eV/A)\tnot_evaluated");
    assertThat(summary).contains("(all)\t-\t240\t").contains("\nAg8\t8\t120\t");
    List<Row> exact =
        rows.selectExpr("percentile(max_devi_f, array(0.5, 0.9, 0.99))", "max(max_devi_f)")
            .collectAsList();
    String[] all = summary.lines().toList().get(1).split("\t");
    for (int k = 0; k < 3; k++) {
      double quantile = exact.get(0).<Double>getList(0).get(k);
      assertThat(Double.parseDouble(all[6 + k])).isBetween(quantile * 0.97, quantile * 1.03);
    }
    // other levels: nothing is evaluated
    rescreen(tree, result, "--where", more[1], "--f-lo", "0.01", "--f-hi", "0.3");
    assertThat(terminal.err()).doesNotContain("evaluate");
    assertThat(folder.resolve("result.picks")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stratified", "diverse", "information"})
  void strategiesThatLookAtFramesPickFromATreeAndADatasetAlike(String strategy) throws IOException {
    // one frame twice: it is picked once at most
    copy(EXAMPLE.resolve("pbe/Ag8"), tree.resolve("Ag8-again"));
    assertThat(run("import", "-s", tree, "-o", folder.resolve("frames"))).isZero();
    Object[] more = {"--f-lo", "0.01", "--f-hi", "9", "--pick", 30, "--strategy", strategy};
    List<List<String>> picks = new ArrayList<>();
    for (Path frames : List.of(tree, folder.resolve("frames"))) {
      Path result = folder.resolve("result-" + picks.size());
      rescreen(frames, result, more);
      assertThat(terminal.out()).contains("30 candidates picked (" + strategy + ")");
      picks.add(
          FramesDataset.read(spark, result + ".picks")
              .select("frame_id")
              .orderBy("frame_id")
              .as(Encoders.STRING())
              .collectAsList());
    }
    assertThat(picks.get(0)).isEqualTo(picks.get(1)).doesNotHaveDuplicates().hasSize(30);
  }

  /** Levels that lie on a frame's own deviation, after a call with other levels. */
  @Test
  void singlePrecisionPicksTheSameFrames() {
    SinglePrecision.require();
    Path exact = folder.resolve("exact");
    Path single = folder.resolve("single");
    rescreen(tree, exact);
    Dataset<Row> rows = spark.read().parquet(exact.toString()).orderBy("max_devi_f");
    double lo = rows.offset(200).first().<Double>getAs("max_devi_f");
    double hi = rows.offset(300).first().<Double>getAs("max_devi_f");
    Object[] levels = {"--f-lo", lo, "--f-hi", hi, "--pick", 40, "--strategy", "deviation"};
    rescreen(tree, exact, levels);
    rescreen(tree, single, "--precision", "float32", "--f-lo", 0.01, "--f-hi", 0.3);
    rescreen(
        tree,
        single,
        Stream.concat(Stream.of("--precision", "float32"), Stream.of(levels)).toArray());
    assertThat(terminal.err()).containsPattern("evaluated: 1\\d\\d frames"); // candidates alone
    String in = "max_devi_f >= %s AND max_devi_f < %s".formatted(lo, hi);
    Dataset<Row> result = spark.read().parquet(single.toString());
    assertThat(result.count()).isEqualTo(440);
    assertThat(texts(result.where(in))).isEqualTo(texts(rows.where(in))).hasSize(100);
    assertThat(texts(FramesDataset.read(spark, single + ".picks").select("frame_id")))
        .isEqualTo(texts(FramesDataset.read(spark, exact + ".picks").select("frame_id")));
  }

  /** DeePMD-kit's own program gives seven digits; two models, some hundred frames. */
  @Test
  void evaluatedByDpItIsTheSameToTheDigitsItWrites() throws IOException {
    DeepmdKit.dp(); // which DPSIEVE_DP names to the program, too
    rescreen(tree, folder.resolve("ours"));
    rescreen(tree, folder.resolve("dp"), "--engine", "dp");
    List<Row> expected = byId(folder.resolve("ours"));
    List<Row> found = byId(folder.resolve("dp"));
    assertThat(found).hasSize(440);
    int numbers = found.get(0).fieldIndex("devi_e");
    for (int i = 0; i < expected.size(); i++) {
      Row row = expected.get(i);
      assertThat(found.get(i).<String>getAs("frame_id")).isEqualTo(row.getAs("frame_id"));
      for (int k = row.fieldIndex("max_devi_v"); k <= numbers; k++) {
        assertThat(found.get(i).getDouble(k))
            .as(row.toString())
            .isCloseTo(row.getDouble(k), within(1e-6 * row.getDouble(k) + 1e-11));
      }
    }
    refused("other models", arguments(tree, folder.resolve("ours"), "--engine", "dp").toArray());
    Files.writeString(tree.resolve("Au8/type_map.raw"), "Ag\nCu\n");
    rescreen(tree, folder.resolve("dp-copper"), "--engine", "dp");
    assertThat(terminal.err())
        .contains("do not know: Cu (120 frames)", "#0: type Cu is none of the models' (Ag Au)");
    Dataset<Row> rows = spark.read().parquet(folder.resolve("dp-copper").toString());
    assertThat(rows.where("isnan(max_devi_f)").count()).isEqualTo(120);
    assertThat(rows.where("isnan(max_devi_f) AND formula != 'Cu8'").count()).isZero();
  }

  /** A model whose nets share layers by name beside one whose do not. */
  @Test
  @Tag("peer")
  void modelsThatOnlyDeepmdKitReadsAreEvaluatedByIt() throws IOException {
    DeepmdKit.dp();
    Path plain = Files.write(folder.resolve("plain.pb"), new GoldenModel("plain", false).graph());
    byte[] graph = new GoldenModel("shared-layers", true).graph();
    Path shared = Files.write(folder.resolve("shared.pb"), graph);
    List<Object> command = new ArrayList<>(List.of("rescreen", "-m", plain, shared));
    command.addAll(List.of("--frames", tree.resolve("Ag8"), "-o", folder.resolve("result")));
    List<Object> here = new ArrayList<>(command);
    here.addAll(List.of("--engine", "jvm"));
    refused("(layer_name) cannot be read", here.toArray());
    assertThat(terminal.err()).contains("engine dp");
    assertThat(run(command.toArray())).as(terminal.err()).isZero();
    assertThat(terminal.err()).contains("evaluated by DeePMD-kit", "(layer_name)");
    Dataset<Row> result = spark.read().parquet(folder.resolve("result").toString());
    assertThat(result.where("max_devi_f > 0.01").count()).isEqualTo(result.count()).isPositive();
  }

  private List<Row> byId(Path result) {
    return spark.read().parquet(result.toString()).orderBy("frame_id").collectAsList();
  }
}
