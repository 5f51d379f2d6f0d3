package org.dpsieve.spark.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.loop.Facts;
import org.dpsieve.spark.frames.FrameImport;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.ImportReport;

/**
 * The frames of a run: {@code frames/pool.parquet}, and {@code frames/init.parquet} where there are
 * labelled frames to start from.
 */
final class Pool {
  private static final String POOL = "pool.parquet";
  private static final String INITIAL = "init.parquet";

  private Pool() {}

  static Facts.Pool importAll(SparkSession spark, Path target, SimplifyConfig config) {
    ImportReport report =
        FrameImport.run(
            spark, config.pool().pickData(), target.resolve(POOL).toString(), config.typeMap());
    if (!config.pool().initData().isEmpty()) {
      FrameImport.run(
          spark, config.pool().initData(), target.resolve(INITIAL).toString(), config.typeMap());
    }
    return new Facts.Pool(
        report.frames(),
        Tables.byElements(read(spark, target)),
        report.duplicates() + report.badFrames());
  }

  static Dataset<Row> read(SparkSession spark, Path frames) {
    return FramesDataset.read(spark, frames.resolve(POOL).toString());
  }

  /** {@code init_data_sys}; empty when there is none. */
  static Optional<Dataset<Row>> initial(SparkSession spark, Path frames) {
    Path initial = frames.resolve(INITIAL);
    return Files.exists(initial)
        ? Optional.of(FramesDataset.read(spark, initial.toString()))
        : Optional.empty();
  }
}
