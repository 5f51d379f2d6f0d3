package org.dpsieve.spark.loop;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.TrustConfig;
import org.dpsieve.loop.Facts;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.EnsembleHandle;

/** The ensemble's deviation on frames: the deviation table. */
final class Evaluation {
  private final SparkSession spark;
  private final TrustConfig trust;

  Evaluation(SparkSession spark, TrustConfig trust) {
    this.spark = spark;
    this.trust = trust;
  }

  Facts.Deviation write(Path target, Dataset<Row> frames, List<Path> models) {
    try (EnsembleHandle ensemble =
        EnsembleHandle.of(spark, models.stream().map(ModelFiles::read).toList())) {
      Tables.write(
          trust.usesTrueError()
              ? DeviationStage.applyWithTrueError(frames, ensemble)
              : DeviationStage.apply(frames, ensemble),
          target);
    }
    return Tables.deviation(Tables.read(spark, target));
  }
}
