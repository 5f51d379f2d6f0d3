package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.spark.frames.FrameExport;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.frames.PartSize;
import org.dpsieve.spark.frames.PartsManifest;

/** All frames that a run has labelled, as one dataset: {@code frames.parquet} and {@code data}. */
final class MergedLabels {
  private static final int ROWS_PER_FILE = 4096;

  private final SparkSession spark;
  private final List<String> typeMap;

  MergedLabels(SparkSession spark, List<String> typeMap) {
    this.spark = spark;
    this.typeMap = typeMap;
  }

  /** All labelled frames; none of the pool where there is no label. */
  Dataset<Row> labelled(Dataset<Row> pool, List<Path> labels) {
    Dataset<Row> all = null;
    for (Path folder : labels) {
      Dataset<Row> more = FramesDataset.read(spark, folder.toString());
      all = all == null ? more : Tables.union(all, more);
    }
    return all == null ? pool.limit(0) : all;
  }

  /** The relabelled frames, in systems named by formula as DP-GEN does. */
  void write(Dataset<Row> labelled, Path target) throws IOException {
    Column[] counts =
        typeMap.stream()
            .flatMap(
                symbol ->
                    Stream.of(
                        lit(Formula.term(symbol)),
                        size(filter(col("z"), z -> z.equalTo(TypeNames.number(symbol))))))
            .toArray(Column[]::new);
    Path frames = target.resolve("frames.parquet");
    PartsManifest written =
        ParquetCommit.write(
            labelled
                .withColumn("system", concat(counts))
                .withColumn(
                    "index",
                    row_number()
                        .over(Window.partitionBy("system").orderBy("frame_id"))
                        .minus(lit(1))
                        .cast(DataTypes.IntegerType)),
            List.of("formula", "frame_id"),
            PartSize.rows(ROWS_PER_FILE),
            frames.toString(),
            Map.of("type_map", String.join(" ", typeMap)));
    if (written.rows() == 0) { // init_pick_number 0, and the given models agree everywhere
      Files.createDirectories(target.resolve("data"));
      return;
    }
    FrameExport.run(
        spark,
        frames.toString(),
        null,
        FrameExport.Format.DEEPMD_NPY,
        target.resolve("data").toString());
  }
}
