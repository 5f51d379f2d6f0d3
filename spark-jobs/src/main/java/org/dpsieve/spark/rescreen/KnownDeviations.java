package org.dpsieve.spark.rescreen;

import static org.apache.spark.sql.functions.col;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.util.SerializableConfiguration;
import org.dpsieve.deviation.FrameDeviation;

/**
 * Deviations of frames that lie in a unit of this call and were evaluated by an earlier one:
 * because the library grew, the condition changed, or a sample came first. A folder of Parquet
 * files per unit, so that a task reads its own.
 *
 * @param folder where they lie; {@code null} for none
 */
record KnownDeviations(String folder, SerializableConfiguration configuration)
    implements Serializable {
  private static final String FILE = "file";

  /** No frame is known. */
  static final KnownDeviations NONE = new KnownDeviations(null, null);

  /**
   * Finds which frames are known; no coordinates are moved.
   *
   * @param frames with {@code frame_id} and {@link Library#UNIT}
   * @param earlier rows that {@link DeviationFile} wrote
   * @param names file of each unit
   */
  static KnownDeviations write(
      Dataset<Row> frames,
      Dataset<Row> earlier,
      Map<String, String> names,
      String folder,
      SerializableConfiguration configuration) {
    UDF1<String, String> file = names::get;
    Dataset<Row> wanted =
        frames.select(
            col("frame_id"),
            functions.udf(file, DataTypes.StringType).apply(col(Library.UNIT)).as(FILE));
    Column[] columns =
        Stream.concat(Stream.of("frame_id", FILE), FrameDeviation.NAMES.stream())
            .map(functions::col)
            .toArray(Column[]::new);
    earlier
        .dropDuplicates("frame_id")
        .join(wanted, "frame_id")
        .select(columns)
        .repartition(col(FILE))
        .sortWithinPartitions(FILE)
        .write()
        .partitionBy(FILE)
        .mode("overwrite")
        .parquet(folder);
    return new KnownDeviations(folder, configuration);
  }

  /** Known deviations by frame, of the unit whose file has this name. */
  Map<String, double[]> of(String name) throws IOException {
    Map<String, double[]> known = new HashMap<>();
    if (folder == null) {
      return known;
    }
    Path unit = new Path(folder, FILE + "=" + name);
    FileSystem files = unit.getFileSystem(configuration.value());
    for (FileStatus file : list(files, unit)) {
      try (ParquetReader<Group> reader =
          ParquetReader.builder(new GroupReadSupport(), file.getPath())
              .withConf(configuration.value())
              .build()) {
        for (Group group = reader.read(); group != null; group = reader.read()) {
          double[] numbers = new double[FrameDeviation.NAMES.size()];
          for (int k = 0; k < numbers.length; k++) {
            numbers[k] = group.getDouble(FrameDeviation.NAMES.get(k), 0);
          }
          known.put(group.getString("frame_id", 0), numbers);
        }
      }
    }
    return known;
  }

  private static List<FileStatus> list(FileSystem files, Path unit) throws IOException {
    try {
      return List.of(files.listStatus(unit, path -> path.getName().endsWith(".parquet")));
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }
}
