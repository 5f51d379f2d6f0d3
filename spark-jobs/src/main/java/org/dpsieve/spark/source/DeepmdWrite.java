package org.dpsieve.spark.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.spark.frames.FrameExport;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.StagedPath;
import org.dpsieve.spark.frames.WriteFailure;

/**
 * {@code df.write.format("deepmd")}: what {@code export} writes, staged beside the target. Option
 * {@code layout}: {@code deepmd/npy} (default), {@code deepmd/hdf5}, {@code extxyz}; option {@code
 * typeMap}: the order of types; option {@code properties}: columns that are written as {@code
 * NAME.npy}, where this source did not read them itself.
 */
final class DeepmdWrite {
  private static final List<String> NEEDED = List.of("system", "index", "z", "coord");

  private DeepmdWrite() {}

  static BaseRelation write(
      SQLContext context, Dataset<Row> rows, SaveMode mode, CaseInsensitiveStringMap options) {
    ReadOptions named = ReadOptions.of(options);
    if (named.paths().size() != 1) {
      throw new InputException(
          "format deepmd: %s: expected one folder to write".formatted(named.paths()));
    }
    String target = named.paths().get(0);
    FrameExport.Format layout = layout(options.getOrDefault("layout", "deepmd/npy"));
    SparkSession spark = rows.sparkSession();
    try {
      Path path = new Path(target);
      FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
      StagedPath.requireNoDeadLink(files, path);
      boolean exists = files.exists(path);
      if (!exists || mode == SaveMode.ErrorIfExists) {
        FrameExport.write(frames(rows, named), named.typeMap(), layout, target);
      } else if (mode != SaveMode.Ignore) {
        Path full = files.makeQualified(path);
        Path beside = new Path(full.getParent(), "_new-" + full.getName());
        StagedPath.remove(files, beside); // of a write that was killed
        FrameExport.write(frames(rows, named), named.typeMap(), layout, beside.toString());
        if (mode == SaveMode.Overwrite) {
          files.delete(full, true);
          rename(files, beside, full);
        } else {
          append(files, beside, full);
        }
      }
    } catch (IOException e) {
      throw WriteFailure.of(e, target);
    }
    return relation(context);
  }

  private static FrameExport.Format layout(String name) {
    return Stream.of(FrameExport.Format.values())
        .filter(format -> format.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "layout %s: expected one of %s"
                        .formatted(
                            name,
                            Arrays.stream(FrameExport.Format.values())
                                .map(FrameExport.Format::toString)
                                .collect(Collectors.joining(", ")))));
  }

  /** With every column that the export reads. */
  private static Dataset<Row> frames(Dataset<Row> given, ReadOptions named) {
    Dataset<Row> rows = withProperties(given, named);
    List<String> columns = List.of(rows.columns());
    List<String> missing = NEEDED.stream().filter(column -> !columns.contains(column)).toList();
    if (!missing.isEmpty()) {
      throw new InputException(
          "format deepmd: no column %s (found: %s); frames need system (text), index (int), z"
                  .formatted(String.join(", ", missing), String.join(", ", columns))
              + " (atomic numbers) and coord (angstrom)");
    }
    if (!rows.where(
            col("z")
                .isNull()
                .or(col("coord").isNull())
                .or(col("system").isNull())
                .or(col("index").isNull()))
        .isEmpty()) {
      throw new InputException(
          "format deepmd: rows without system, index, z or coord (bad systems, read with mode PERMISSIVE?); leave"
              + " them out: where(\"z IS NOT NULL\")");
    }
    Dataset<Row> frames = rows;
    for (StructField field : FrameRows.SCHEMA.fields()) {
      if (!columns.contains(field.name())
          && !List.of("frame_id", "formula", "natoms").contains(field.name())) {
        frames = frames.withColumn(field.name(), lit(null).cast(field.dataType()));
      }
    }
    if (!columns.contains("formula") && !rows.where("array_min(z) < 0").isEmpty()) {
      throw new InputException(
          "format deepmd: no column formula, and z is negative: the names of types that are no elements are in formula; keep that column");
    }
    UDF1<scala.collection.Seq<Integer>, String> formula =
        z ->
            Formula.of(
                scala.jdk.javaapi.CollectionConverters.asJava(z).stream()
                    .mapToInt(Integer::intValue)
                    .toArray(),
                TypeNames.NONE);
    return columns.contains("formula")
        ? frames
        : frames.withColumn(
            "formula", functions.udf(formula, DataTypes.StringType).apply(col("z")));
  }

  /** Of columns that no reader of ours made, the option says what they are. */
  private static Dataset<Row> withProperties(Dataset<Row> rows, ReadOptions named) {
    Dataset<Row> frames = rows;
    SortedMap<Property, Integer> said = FrameRows.properties(rows.schema());
    for (Property property : named.extxyzKeys().properties()) {
      String name = property.name();
      if (!List.of(rows.columns()).contains(name)) {
        throw new InputException(
            "format deepmd: option properties names %s, but there is no such column (found: %s)"
                .formatted(property, String.join(", ", rows.columns())));
      }
      StructField column =
          FrameRows.columns(Map.of(property, said.getOrDefault(property, 0))).get(0);
      frames =
          frames.withColumn(name, col(name).cast(column.dataType()).as(name, column.metadata()));
    }
    return frames;
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
  }

  /** Moves systems beside those that are there; none is touched when any is there already. */
  private static void append(FileSystem files, Path from, Path to) throws IOException {
    try {
      requireNew(files, from, to);
      move(files, from, to);
    } finally {
      files.delete(from, true);
    }
  }

  private static void requireNew(FileSystem files, Path from, Path to) throws IOException {
    if (!files.exists(to)) {
      return;
    }
    if (files.getFileStatus(from).isFile() || files.exists(new Path(to, "type.raw"))) {
      throw new InputException(to + ": a system of this name exists already; nothing was appended");
    }
    for (FileStatus child : files.listStatus(from)) {
      requireNew(files, child.getPath(), new Path(to, child.getPath().getName()));
    }
  }

  private static void move(FileSystem files, Path from, Path to) throws IOException {
    if (!files.exists(to)) {
      rename(files, from, to);
      return;
    }
    for (FileStatus child : files.listStatus(from)) {
      move(files, child.getPath(), new Path(to, child.getPath().getName()));
    }
  }

  private static BaseRelation relation(SQLContext context) {
    return new BaseRelation() {
      @Override
      public SQLContext sqlContext() {
        return context;
      }

      @Override
      public StructType schema() {
        return FrameRows.SCHEMA;
      }
    };
  }
}
