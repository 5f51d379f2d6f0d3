package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.BatchSizes;
import org.dpsieve.config.BatchSizes.BatchSize;
import org.dpsieve.config.DpTrainConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.loop.Workdir;
import org.dpsieve.spark.frames.FramesDataset;

/**
 * Where the labels that {@code dp train} sees come from, and how many frames of each make a step.
 */
final class TrainingSources {
  private final SparkSession spark;
  private final SimplifyConfig config;
  private final Workdir workdir;
  private final BatchSizes sizes;

  TrainingSources(SparkSession spark, SimplifyConfig config, Workdir workdir) {
    this.spark = spark;
    this.config = config;
    this.workdir = workdir;
    this.sizes = config.train().dp().map(DpTrainConfig::batchSizes).orElse(BatchSizes.AUTO);
  }

  /**
   * @param frames the imported frames
   * @param labels folders of labels, one per iteration, in their order
   */
  List<TrainingData.Source> of(Path frames, List<Path> labels) {
    List<TrainingData.Source> sources = new ArrayList<>();
    Pool.initial(spark, frames)
        .ifPresent(
            rows ->
                sources.add(new TrainingData.Source("init", rows, false, initialSizes(frames))));
    for (int k = 0; k < labels.size(); k++) {
      Path folder = labels.get(k);
      String name = workdir.root().relativize(folder).getName(0).toString();
      sources.add(
          new TrainingData.Source(
              name,
              FramesDataset.read(spark, folder.toString()),
              k == labels.size() - 1,
              labelledSizes(frames, k)));
    }
    return sources;
  }

  private Function<Row, BatchSize> initialSizes(Path frames) {
    Map<String, Integer> entries =
        sizes.tellsEntriesApart() ? Pool.initialEntries(frames) : Map.of();
    return row -> sizes.initial(entries.getOrDefault(row.<String>getAs("system"), 0));
  }

  /** SSS of {@code task.SSS.TTTTTT}: a number per formula among the picks; with labels given 0. */
  private Function<Row, BatchSize> labelledSizes(Path frames, int iteration) {
    if (config.pool().labeled() || sizes.labelled().isEmpty()) {
      return row -> sizes.labelled(0);
    }
    List<String> formulas =
        new Labelling(spark, Map.of())
            .picked(Pool.read(spark, frames), workdir.picks(iteration))
            .select("formula")
            .distinct()
            .orderBy(col("formula"))
            .as(Encoders.STRING())
            .collectAsList();
    return row -> sizes.labelled(formulas.indexOf(row.<String>getAs("formula")));
  }
}
