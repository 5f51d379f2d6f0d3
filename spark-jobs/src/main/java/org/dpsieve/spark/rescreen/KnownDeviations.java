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

/**
 * Deviations of frames that lie in a unit of this call and were evaluated by an earlier one:
 * because the library grew, the condition changed, or a sample came first. A folder of Parquet
 * files per unit, so that a task reads its own.
 *
 * @param folder where they lie; {@code null} for none
 * @param columns of the result
 */
record KnownDeviations(
    String folder, SerializableConfiguration configuration, ScreenColumns columns)
    implements Serializable {
  private static final String FILE = "file";

  /** No frame is known. */
  static final KnownDeviations NONE = new KnownDeviations(null, null, null);

  /**
   * Finds which frames are known; no coordinates are moved.
   *
   * @param frames with {@code frame_id} and {@link Library#UNIT}
   * @param earlier rows that {@link DeviationFile} wrote
   * @param names file of each unit
   * @param result its columns
   */
  static KnownDeviations write(
      Dataset<Row> frames,
      Dataset<Row> earlier,
      Map<String, String> names,
      String folder,
      SerializableConfiguration configuration,
      ScreenColumns result) {
    UDF1<String, String> file = names::get;
    Dataset<Row> wanted =
        frames.select(
            col("frame_id"),
            functions.udf(file, DataTypes.StringType).apply(col(Library.UNIT)).as(FILE));
    Column[] columns =
        Stream.of(
                Stream.of("frame_id", FILE),
                result.numbers().stream(),
                Stream.ofNullable(result.list()))
            .flatMap(some -> some)
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
    return new KnownDeviations(folder, configuration, result);
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
          known.put(group.getString("frame_id", 0), numbers(group));
        }
      }
    }
    return known;
  }

  private double[] numbers(Group group) {
    List<String> names = columns.numbers();
    Group list = columns.list() == null ? null : group.getGroup(columns.list(), 0);
    int count = list == null ? 0 : list.getFieldRepetitionCount(0);
    double[] numbers = new double[names.size() + count];
    for (int k = 0; k < names.size(); k++) {
      numbers[k] = group.getDouble(names.get(k), 0);
    }
    for (int k = 0; k < count; k++) {
      numbers[names.size() + k] = list.getGroup(0, k).getDouble(0, 0);
    }
    return numbers;
  }

  private static List<FileStatus> list(FileSystem files, Path unit) throws IOException {
    try {
      return List.of(files.listStatus(unit, path -> path.getName().endsWith(".parquet")));
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }
}
