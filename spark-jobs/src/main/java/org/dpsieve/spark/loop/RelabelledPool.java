package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.config.ResultPool;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.loop.Facts;
import org.dpsieve.spark.deviation.LabelPredictor;
import org.dpsieve.spark.frames.FrameExport;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.transfer.LabelUncertainty;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.uncertainty.LabelEnsemble;

/**
 * {@code result/pool}: every frame of the pool at the new level of theory, with its computed label
 * or with one predicted from its old label ({@link LabelEnsemble}), and how certain that is ({@link
 * org.dpsieve.frame.Certainty}). Each frame is evaluated once, where the executors are.
 */
final class RelabelledPool {
  private static final String FOLDER = "pool";
  private static final String REASON = "reason";
  private static final String RMS = "rms_sigma_force";
  private static final int FRAMES_PER_TASK = 256;
  private static final int MOST_TASKS = 10_000;

  /** Frames with what is known of their labels; those that are left out have a reason. */
  static final StructType SCHEMA = schema();

  private final SparkSession spark;
  private final SimplifyConfig config;
  private final StartModels start;

  /**
   * @param start what the models' training started from
   */
  RelabelledPool(SparkSession spark, SimplifyConfig config, StartModels start) {
    this.spark = spark;
    this.config = config;
    this.start = start;
  }

  private static StructType schema() {
    StructType all = FrameRows.SCHEMA;
    for (StructField field : FrameRows.CERTAINTY.fields()) {
      all = all.add(field);
    }
    return all.add(RMS, DoubleType, true).add(REASON, StringType, true);
  }

  /**
   * Writes {@code target/pool}, or says why not.
   *
   * @param pool rows of the frames dataset
   * @param frames how many these are
   * @param old {@code null} where there are none, or nobody wants them
   * @param labelled frames with computed labels
   * @param models the final ones
   * @param unseen frames never labelled with new labels; {@code null} where those are not known
   */
  Facts.RelabelledPool write(
      Path target,
      Dataset<Row> pool,
      long frames,
      OldLabels old,
      Dataset<Row> labelled,
      List<Path> models,
      Dataset<Row> unseen) {
    Path trained = models.isEmpty() ? null : models.get(0).toAbsolutePath().getParent();
    Optional<String> obstacle = obstacle(old, trained);
    if (obstacle.isPresent()) {
      return Facts.RelabelledPool.none(obstacle.get());
    }
    LabelUncertainty found = OldLayerFiles.labels(trained).orElseThrow().uncertainty();
    Broadcast<LabelPredictor> predictor =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(OldLayerFiles.predictor(trained, start, models).orElseThrow());
    Dataset<Row> all =
        relabelled(old.besideAll(pool, config.pool().labelsAreOld()), frames, labelled, predictor)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Dataset<Row> kept = all.where(col(REASON).isNull());
      SortedMap<String, Long> leftOut = Tables.counts(all, col(REASON));
      Row counts =
          kept.agg(
                  count(when(col("computed"), 1)),
                  count(lit(1)),
                  expr("percentile(if(computed, NULL, sigma_energy / natoms), array(0.5, 0.95))"),
                  expr("percentile(if(computed, NULL, rms_sigma_force), array(0.5, 0.95))"))
              .head();
      long computed = counts.getLong(0);
      long predicted = counts.getLong(1) - computed;
      if (counts.getLong(1) == 0) {
        return Facts.RelabelledPool.none("of no frame is a label known");
      }
      FrameExport.write(
          kept.drop(RMS, REASON),
          config.typeMap(),
          format(config.pool().result()),
          target.resolve(FOLDER).toString());
      return new Facts.RelabelledPool(
          true,
          computed,
          predicted,
          leftOut,
          sigma(counts, 2),
          sigma(counts, 3),
          found.reliability().energy().coverage(),
          found.reliability().force().coverage(),
          "",
          unseen == null ? null : LabelErrors.of(kept.where("NOT computed"), unseen));
    } finally {
      all.unpersist();
      predictor.destroy();
    }
  }

  /**
   * Errors of predicted labels.
   *
   * @param unseen frames with new labels, none of which the prediction has seen
   */
  Facts.Errors errors(Dataset<Row> unseen, OldLabels old, LabelPredictor predictor) {
    Broadcast<LabelPredictor> shared =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(predictor);
    try {
      Dataset<Row> predicted =
          relabelled(old.beside(unseen), unseen.count(), unseen.limit(0), shared);
      return LabelErrors.of(predicted.where(col(REASON).isNull()), unseen);
    } finally {
      shared.destroy();
    }
  }

  private static Facts.Sigma sigma(Row counts, int place) {
    if (counts.isNullAt(place)) {
      return new Facts.Sigma(Double.NaN, Double.NaN);
    }
    List<Double> quantiles = counts.getList(place);
    return new Facts.Sigma(quantiles.get(0), quantiles.get(1));
  }

  private static FrameExport.Format format(ResultPool pool) {
    return switch (pool) {
      case DEEPMD_NPY -> FrameExport.Format.DEEPMD_NPY;
      case DEEPMD_HDF5 -> FrameExport.Format.DEEPMD_HDF5;
      case EXTXYZ -> FrameExport.Format.EXTXYZ;
      case NONE -> throw new IllegalArgumentException("none is no format");
    };
  }

  private Optional<String> obstacle(OldLabels old, Path trained) {
    if (config.pool().result() == ResultPool.NONE) {
      return Optional.of("result_pool is none");
    }
    if (config.train().dp().isPresent()) {
      return Optional.of(
          "dp train takes no part of the old labels (train.engine output-layer does)");
    }
    if (!config.pool().mayHaveOld()) {
      return Optional.of(
          "there are no old labels: with labeled true those in pick_data are the new ones, and no"
              + " old_data is given");
    }
    if (old == null) {
      return Optional.of("old_labels is ignore");
    }
    if (trained == null || OldLayerFiles.labels(trained).isEmpty()) {
      return Optional.of("no model uses old labels (old_labels; the training says why)");
    }
    LabelUncertainty found = OldLayerFiles.labels(trained).orElseThrow().uncertainty();
    return Double.isNaN(found.energyFactor()) && Double.isNaN(found.forceFactor())
        ? Optional.of("too few labels to say how far off predicted ones would be")
        : Optional.empty();
  }

  private static Column known(Dataset<Row> labelled, String column) {
    return List.of(labelled.columns()).contains(column)
        ? col(column)
        : lit(null).cast(FrameRows.CERTAINTY.apply(column).dataType()).as(column);
  }

  /**
   * @param pool frames with their old labels beside them
   */
  private static Dataset<Row> relabelled(
      Dataset<Row> pool, long frames, Dataset<Row> labelled, Broadcast<LabelPredictor> predictor) {
    Dataset<Row> computed =
        labelled
            .dropDuplicates("frame_id")
            .select(
                col("frame_id"),
                col("energy").as(PredictIterator.NEW + "energy"),
                col("force").as(PredictIterator.NEW + "force"),
                col("virial").as(PredictIterator.NEW + "virial"),
                lit(true).as("computed"),
                known(labelled, "sigma_energy"),
                known(labelled, "sigma_force"));
    int tasks = (int) Math.max(1, Math.min(MOST_TASKS, frames / FRAMES_PER_TASK));
    return pool.join(computed, new String[] {"frame_id"}, "left")
        .repartition(tasks, col("frame_id"))
        .mapPartitions(
            (MapPartitionsFunction<Row, Row>) rows -> new PredictIterator(rows, predictor.value()),
            Encoders.row(SCHEMA));
  }
}
