package org.dpsieve.spark.pick;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.FrameId;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;

/** The pool and models of a real run of DP-GEN 0.14: the same class for every frame. */
class DpgenRunTest {
  private static final TrustLevels LEVELS = new TrustLevels(new TrustBand(0.2, 100), TrustBand.OFF);

  @Test
  void classesAreDpgensOwnFrameByFrame() throws IOException {
    Path run = Shared.path("expected/dpgen-run/iter.000001");
    SparkSession spark = LocalSpark.session();
    Map<String, String> expected = new TreeMap<>();
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<String, List<String>> system : details(run.resolve("details.gz")).entrySet()) {
      var frames = DeepmdSystems.readNpy(run.resolve("data.rest.old").resolve(system.getKey()));
      assertThat(frames).hasSameSizeAs(system.getValue());
      for (int i = 0; i < frames.size(); i++) {
        rows.add(FrameRows.toRow(frames.get(i)));
        expected.put(FrameId.of(frames.get(i)), system.getValue().get(i));
      }
    }
    var models =
        IntStream.range(0, 4)
            .mapToObj(i -> ModelFiles.read(run.resolve("graph.%03d.pb".formatted(i))))
            .toList();
    Map<String, String> found = new TreeMap<>();
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models)) {
      Dataset<Row> frames = spark.createDataFrame(rows, FrameRows.SCHEMA).coalesce(2);
      PickStage.classify(DeviationStage.apply(frames, ensemble), LEVELS)
          .select("frame_id", "class")
          .collectAsList()
          .forEach(row -> found.put(row.getString(0), row.getString(1)));
    }
    assertThat(found).isEqualTo(expected);
    assertThat(
            found.values().stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
        .containsOnly(Map.entry("accurate", 2127L), Map.entry("candidate", 373L));
  }

  /** DP-GEN's rule on its own numbers: class of each frame of each system. */
  private static Map<String, List<String>> details(Path file) throws IOException {
    Map<String, List<String>> classes = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      List<String> current = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.strip().split("\\s+");
        if (line.startsWith("# data.rest.old/")) {
          current = new ArrayList<>();
          classes.put(words[1].substring("data.rest.old/".length()), current);
        } else if (!line.startsWith("#")) {
          double force = Double.parseDouble(words[4]);
          current.add(force >= 100 ? "failed" : force >= 0.2 ? "candidate" : "accurate");
        }
      }
    }
    return classes;
  }
}
