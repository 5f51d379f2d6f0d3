package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.PropertyConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.io.RegularFile;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.SummaryJson;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.property.PropertySolution;
import org.dpsieve.outputlayer.property.PropertySpread;
import org.dpsieve.spark.Versions;
import org.dpsieve.spark.deviation.PropertyHandle;
import org.dpsieve.spark.deviation.PropertyStage;
import org.dpsieve.spark.frames.ParquetCommit;

/**
 * {@code result/} of a run for a property: the labelled frames as {@code frames.parquet} and as
 * deepmd/npy in {@code data}, the models, their deviation on the whole pool, what they say of
 * frames never labelled whose labels are known ({@code held_out.parquet}), and {@code
 * summary.json}.
 */
final class PropertyResults {
  /** Frames never labelled that errors are measured on, and numbers that models say of them. */
  private static final int MOST_FRAMES = 4000;

  private static final int MOST_NUMBERS = 4_000_000;

  private final SparkSession spark;
  private final SimplifyConfig config;
  private final PropertyConfig property;
  private final PropertyStages stages;

  PropertyResults(SparkSession spark, SimplifyConfig config, PropertyStages stages) {
    this.spark = spark;
    this.config = config;
    this.property = config.property().orElseThrow();
    this.stages = stages;
  }

  Facts.Result write(Path target, Path frames, Summary summary) {
    try {
      Files.createDirectories(target);
      List<Path> models =
          summary.models() == null ? config.train().models() : stages.models(summary.models());
      for (int m = 0; m < models.size(); m++) {
        RegularFile.copyTree(models.get(m), target.resolve(stages.modelName(m, models.get(m))));
      }
      if (summary.models() != null) {
        BesideModels.copy(summary.models(), target);
      }
      Dataset<Row> pool = Pool.read(spark, frames);
      MergedLabels merged = new MergedLabels(spark, config.typeMap());
      Dataset<Row> labelled = merged.labelled(pool, summary.labels());
      spark.sparkContext().setJobDescription("result: the labelled frames");
      merged.write(labelled, target);
      Facts.Result result =
          stages.modelsGiven() || summary.models() != null
              ? judged(target, frames, pool, labelled, summary)
              : new Facts.Result( // stopped before the first training
                  summary.verdict(),
                  summary.labelled(),
                  new Facts.Quantiles(Double.NaN, Double.NaN, Double.NaN, Double.NaN),
                  null,
                  null,
                  null);
      Files.writeString(
          target.resolve("summary.json"),
          SummaryJson.of(summary, Versions.all(), settings(), result).text());
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Facts.Result judged(
      Path target, Path frames, Dataset<Row> pool, Dataset<Row> labelled, Summary summary) {
    spark.sparkContext().setJobDescription("result: deviation of the whole pool");
    Path table = target.resolve("deviation.parquet");
    Facts.Deviation deviation =
        stages.evaluate(table, Pool.readByFile(spark, frames), frames, target, List.of());
    spark.sparkContext().setJobDescription("result: errors on frames never labelled");
    return new Facts.Result(
        summary.verdict(),
        summary.labelled(),
        deviation.maxDeviForce(),
        null,
        deviation.expected(),
        Decisions.finalClasses(spark, config.trust(), table, labelled, summary.picks()),
        null,
        null,
        errors(target, pool, labelled));
  }

  private Facts.PropertyResult errors(Path target, Dataset<Row> pool, Dataset<Row> labelled) {
    List<PropertySolution.LeftOut> left = SpreadFiles.leftOut(target, stages.models(target).size());
    double error =
        left.stream().mapToDouble(PropertySolution.LeftOut::rmsError).average().orElse(Double.NaN);
    double spread = left.isEmpty() ? Double.NaN : spread(left.get(0));
    PropertyErrors unseen = unseen(target, pool, labelled);
    return new Facts.PropertyResult(
        property.label().toString(),
        error,
        spread,
        unseen.frames(),
        unseen.rmse(),
        unseen.mean(),
        unseen.coverage());
  }

  private static double spread(PropertySolution.LeftOut left) {
    double[] mean = new double[left.components()];
    double rows = (double) left.label().length / mean.length;
    for (int k = 0; k < left.label().length; k++) {
      mean[k % mean.length] += left.label()[k] / rows;
    }
    double square = 0;
    for (int k = 0; k < left.label().length; k++) {
      square += Math.pow(left.label()[k] - mean[k % mean.length], 2) / left.label().length;
    }
    return Math.sqrt(square);
  }

  /** Writes what the models say of frames whose labels nobody has asked for, and compares. */
  private PropertyErrors unseen(Path target, Dataset<Row> pool, Dataset<Row> labelled) {
    String name = property.label().name();
    if (!config.pool().labeled()
        || property.label().atomic()
        || !List.of(pool.columns()).contains(name)) {
      return PropertyErrors.NONE;
    }
    List<PropertyModel> models =
        stages.models(target).stream()
            .map(file -> ModelFiles.readProperty(file, config.typeMap()))
            .toList();
    List<PropertySpread> spreads = SpreadFiles.read(target, models.size());
    int numbers = models.get(0).head().dimension() * (2 * models.size() + 1);
    Dataset<Row> frames =
        Results.some(
                Tables.notIn(pool.where(col(name).isNotNull()), labelled),
                config.pick().seed(),
                "errors",
                Math.min(MOST_FRAMES, MOST_NUMBERS / numbers))
            .repartition(spark.sparkContext().defaultParallelism(), col("frame_id"));
    Dataset<Row> said =
        PropertyStage.values(frames, PropertyHandle.of(spark, models, spreads))
            .join(frames.select(col("frame_id"), col(name).as("label")), "frame_id");
    Path table = target.resolve("held_out.parquet");
    Tables.write(said, MOST_FRAMES, table);
    PropertyErrors errors =
        PropertyErrors.of(Tables.read(spark, table).collectAsList(), models.size());
    if (errors.frames() == 0) {
      ParquetCommit.remove(spark, table.toString());
    }
    return errors;
  }

  /** What the run decided by. */
  private SortedMap<String, String> settings() {
    SortedMap<String, String> settings = Results.settings(config);
    settings.put("property", property.label().toString());
    if (property.source() != null) {
      settings.put("property_from", property.source().text());
    }
    settings.put("model_devi_p_trust", config.trust().property().band().text());
    settings.put("model_devi_p_by", config.trust().measure().column());
    return settings;
  }
}
