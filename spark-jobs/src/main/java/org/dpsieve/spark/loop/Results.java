package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.StyleSettings;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.SummaryJson;
import org.dpsieve.spark.Versions;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.spark.transfer.OutputLayerStage;

/**
 * {@code result/}: the relabelled frames as {@code frames.parquet} and as deepmd/npy in {@code
 * data}, the models, the final models' deviation on the whole pool, frames never labelled with
 * their new label where that costs nothing ({@code held_out.parquet}), the whole pool at the new
 * level where old labels are used ({@code pool}), and {@code summary.json}.
 */
final class Results {
  /** Enough for errors to three digits, few enough for a pool of millions. */
  private static final int MOST_ERROR_FRAMES = 4000;

  private static final int ROWS_PER_FILE = 4096;

  private final SparkSession spark;
  private final SimplifyConfig config;
  private final Optional<BatchLabeller> newLevel;
  private final Labelling labelling;
  private final Evaluation evaluation;
  private final Training training;

  /**
   * @param newLevel gives the new label of any frame; empty where labels are costly
   * @param training knows the models' errors
   */
  Results(
      SparkSession spark,
      SimplifyConfig config,
      Optional<BatchLabeller> newLevel,
      Labelling labelling,
      Evaluation evaluation,
      Training training) {
    this.labelling = labelling;
    this.evaluation = evaluation;
    this.training = training;
    this.spark = spark;
    this.config = config;
    this.newLevel = newLevel;
  }

  /**
   * @param frames the folder of the pool
   * @param old {@code null} where there are no labels of an old level, or nobody wants them
   */
  Facts.Result write(Path target, Path frames, OldLabels old, List<Path> models, Summary summary) {
    try {
      Files.createDirectories(target);
      Dataset<Row> pool = Pool.read(spark, frames);
      long size = Pool.size(spark, frames);
      for (Path model : models) {
        RegularFile.copyTree(
            model, target.resolve(config.train().modelName(models.indexOf(model))));
      }
      MergedLabels merged = new MergedLabels(spark, config.typeMap());
      Dataset<Row> labelled = merged.labelled(pool, summary.labels());

      spark.sparkContext().setJobDescription("result: the relabelled dataset");
      merged.write(labelled, target);
      spark.sparkContext().setJobDescription("result: deviation of the whole pool");
      Facts.Deviation deviation =
          evaluation.write(
              target.resolve("deviation.parquet"),
              Pool.readByFile(spark, frames),
              size,
              models,
              null,
              summary.deviation());
      spark.sparkContext().setJobDescription("result: errors on frames never labelled");
      SortedMap<String, Double> largest = new TreeMap<>();
      Facts.HeldOut errors = errors(target, pool, old, labelled, models, summary, largest);
      spark.sparkContext().setJobDescription("result: the worst frames");
      WorstFrames worst = new WorstFrames(spark, target.resolve("deviation.parquet"));
      worst.write(pool, target.resolve("worst_frames.tsv"));
      Dataset<Row> unseen =
          errors == null
              ? null
              : FramesDataset.read(spark, target.resolve("held_out.parquet").toString());
      List<Facts.Foretold> foretold = largest.isEmpty() ? List.of() : worst.foretold(largest);
      spark.sparkContext().setJobDescription("result: the whole pool at the new level");
      Facts.RelabelledPool relabelled =
          new RelabelledPool(spark, config, training.start())
              .write(target, pool, size, old, labelled, models, unseen);
      Facts.Result result =
          new Facts.Result(
              summary.verdict(),
              summary.labelled(),
              deviation.maxDeviForce(),
              errors,
              deviation.expected(),
              Decisions.finalClasses(
                  spark,
                  config.trust(),
                  target.resolve("deviation.parquet"),
                  labelled,
                  summary.picks()),
              relabelled,
              foretold);
      Files.writeString(
          target.resolve("summary.json"),
          SummaryJson.of(summary, versions(summary), settings(), result).text());
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of this program, and of what labelled, the last word first. */
  private static SortedMap<String, String> versions(Summary summary) {
    SortedMap<String, String> versions = Versions.all();
    summary.iterations().stream()
        .map(Summary.Iteration::labels)
        .filter(labels -> labels != null && labels.teacher() != null)
        .forEach(
            labels ->
                labels
                    .teacher()
                    .about()
                    .forEach((name, text) -> versions.put("teacher: " + name, text)));
    return versions;
  }

  /**
   * {@code null} where the new level is not known for frames that were never labelled.
   *
   * @param largest hears the largest error of a force of each of them, eV/Å
   */
  private Facts.HeldOut errors(
      Path target,
      Dataset<Row> pool,
      OldLabels old,
      Dataset<Row> labelled,
      List<Path> models,
      Summary summary,
      Map<String, Double> largest) {
    if (newLevel.isEmpty() || newLevel.get().affordable() == 0 || !training.knows(models)) {
      return null;
    }
    Dataset<Row> frames =
        some(
                Tables.notIn(pool, labelled),
                config.pick().seed(),
                "errors",
                Math.min(MOST_ERROR_FRAMES, newLevel.get().affordable()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> relabelled =
        labelling
            .withLabels(frames, labelling.labels(frames, newLevel.get()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      // also kept, for whoever wants to see more of it than these numbers
      Path heldOut = target.resolve("held_out.parquet");
      long count = Tables.writeFrames(relabelled, MOST_ERROR_FRAMES, ROWS_PER_FILE, heldOut).rows();
      if (count == 0) {
        ParquetCommit.remove(spark, heldOut.toString());
        return null;
      }
      FirstLabels first = new FirstLabels(spark, config, training);
      Optional<OutputLayerStage.Trained> few =
          first.trained(summary.labels(), old, summary.models());
      Training.Found found =
          training.errors(
              relabelled, models, few.map(FirstLabels::models).orElse(List.of()), largest);
      return new Facts.HeldOut(
          level(),
          count,
          found.models(),
          few.map(one -> first.of(one, found.others(), old, relabelled)).orElse(null));
    } finally {
      relabelled.unpersist();
      frames.unpersist();
    }
  }

  /**
   * Frames at random, the same whatever their order.
   *
   * @param what what for: other frames for other things
   */
  static Dataset<Row> some(Dataset<Row> frames, long seed, String what, int most) {
    return frames
        .orderBy(
            sha2(concat(lit(seed + ":" + what + ":"), col("frame_id")).cast("binary"), 256),
            col("frame_id"))
        .limit(most);
  }

  private String level() {
    return config.label().settings().map(StyleSettings::reference).orElse("the stored labels");
  }

  /** What the run decided by. */
  private SortedMap<String, String> settings() {
    SortedMap<String, String> settings = settings(config);
    settings.put("model_devi_f_trust", config.trust().force().text());
    settings.put("model_devi_e_trust", config.trust().energy().text());
    settings.put("true_error_f_trust", config.trust().trueForce().text());
    settings.put("true_error_e_trust", config.trust().trueEnergy().text());
    return settings;
  }

  /** What every run decides by. */
  static SortedMap<String, String> settings(SimplifyConfig config) {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("seed", Long.toString(config.pick().seed()));
    settings.put("init_pick_number", Integer.toString(config.pick().initPickNumber()));
    settings.put("iter_pick_number", Integer.toString(config.pick().iterPickNumber()));
    settings.put("accurate_for_good", Boolean.toString(config.pick().accurateForGood()));
    settings.put("fp_style", config.label().style().key());
    settings.put("labeled", Boolean.toString(config.pool().labeled()));
    return settings;
  }
}
