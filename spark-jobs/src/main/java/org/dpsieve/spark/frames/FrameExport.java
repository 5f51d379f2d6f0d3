package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.io.Storage;
import org.dpsieve.io.SystemWriter;
import org.dpsieve.io.deepmd.Hdf5FileWriter;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.extxyz.ExtxyzWriter;

/**
 * A frames dataset to files that dpdata, {@code dp train} and ASE read; executors write. Frames of
 * a system keep their order.
 */
public final class FrameExport {
  private static final int MOST_TASKS = 1000;

  /** How to write. */
  public enum Format {
    /** A folder per system. */
    DEEPMD_NPY("deepmd/npy"),
    /** A file per system, a group in it per formula and order of atoms. */
    DEEPMD_HDF5("deepmd/hdf5"),
    /** A file per system. */
    EXTXYZ("extxyz");

    private final String label;

    Format(String label) {
      this.label = label;
    }

    /** As the command line spells it. */
    @Override
    public String toString() {
      return label;
    }
  }

  /** What was written. */
  public record Report(long systems, long frames) {}

  private FrameExport() {}

  /**
   * Writes all frames, or those that a condition selects.
   *
   * @param where SQL condition on the columns of {@link FrameRows#SCHEMA}; {@code null} for all
   * @param target folder to make; staged beside and renamed
   * @throws InputException when frames cannot be read, the condition is no SQL, selects nothing, or
   *     the target exists or cannot be written
   */
  public static Report run(
      SparkSession spark, String frames, String where, Format format, String target) {
    return write(
        FramesDataset.where(FramesDataset.read(spark, frames), where),
        typeMap(spark, frames),
        format,
        target);
  }

  /**
   * Writes frames that need not lie in a dataset.
   *
   * @param frames at least {@code system, index, formula, z, coord} and, null where there is none,
   *     {@code cell, energy, force, virial, fparam, aparam}
   * @param typeMap names to number types by, in order; others follow, elements by atomic number
   * @param target folder to make; staged beside and renamed
   * @throws InputException when there are no frames, or the target exists or cannot be written
   */
  public static Report write(
      Dataset<Row> frames, List<String> typeMap, Format format, String target) {
    SparkSession spark = frames.sparkSession();
    try {
      Path path = new Path(target);
      FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
      if (files.exists(path)) {
        throw new InputException(target + ": exists already; remove it or choose another name");
      }
      Path full = files.makeQualified(path);
      Path staged = new Path(full.getParent(), "_staged-" + full.getName());
      files.delete(staged, true);
      try {
        Report report = write(spark, frames, typeMap, format, staged.toString());
        if (!files.rename(staged, full)) {
          throw new IOException("cannot rename " + staged + " to " + full);
        }
        return report;
      } catch (Throwable e) {
        files.delete(staged, true);
        throw e;
      }
    } catch (Throwable e) {
      throw WriteFailure.of(e, target);
    }
  }

  /** The order of the sources where the import wrote it down, then by atomic number. */
  private static List<String> typeMap(SparkSession spark, String frames) {
    String known =
        ParquetCommit.manifest(spark, frames)
            .map(manifest -> manifest.metadata().getOrDefault("type_map", ""))
            .orElse("");
    return known.isEmpty() ? List.of() : List.of(known.split(" "));
  }

  private static List<String> completed(List<String> typeMap, Dataset<Row> frames) {
    List<String> types = new ArrayList<>(typeMap);
    FrameRows.types(frames).stream()
        .filter(type -> !typeMap.contains(type))
        .sorted(
            Comparator.comparing(
                type -> Elements.number(type).orElse(Integer.MAX_VALUE))) // names last, sorted
        .forEach(types::add);
    return types;
  }

  private static Report write(
      SparkSession spark,
      Dataset<Row> frames,
      List<String> sourceTypeMap,
      Format format,
      String folder) {
    Map<String, ExportGroups.Group> groups = ExportGroups.of(frames);
    if (groups.isEmpty()) {
      throw new InputException("no frames to export: the condition selects none");
    }
    List<String> typeMap = completed(sourceTypeMap, frames);
    Storage storage = HadoopStorage.of(spark);
    Map<Integer, ExportGroups.Group> byNumber = new HashMap<>();
    groups.values().forEach(group -> byNumber.put(group.number(), group));
    Map<String, Integer> numbers = new HashMap<>();
    groups.forEach((key, group) -> numbers.put(key, group.number()));
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Broadcast<Map<String, Integer>> sharedNumbers = context.broadcast(numbers);
    Broadcast<Map<Integer, ExportGroups.Group>> sharedGroups = context.broadcast(byNumber);
    UDF1<String, Integer> number = key -> sharedNumbers.value().get(key);
    UDF1<Integer, Integer> system = group -> sharedGroups.value().get(group).systemNumber();
    int systems =
        1 + byNumber.values().stream().mapToInt(ExportGroups.Group::systemNumber).max().orElse(0);
    frames
        .withColumn(
            "group_number", functions.udf(number, DataTypes.IntegerType).apply(ExportGroups.key()))
        .withColumn(
            "system_number",
            functions.udf(system, DataTypes.IntegerType).apply(col("group_number")))
        .repartition(Math.min(systems, MOST_TASKS), col("system_number"))
        .sortWithinPartitions(
            format == Format.EXTXYZ
                ? new Column[] {col("system_number"), col("index")}
                : new Column[] {col("group_number"), col("index")})
        .toJavaRDD()
        .foreachPartition(
            rows -> writeSystems(rows, sharedGroups.value(), storage, typeMap, format, folder));
    return new Report(
        systems, byNumber.values().stream().mapToLong(ExportGroups.Group::frames).sum());
  }

  private static void writeSystems(
      Iterator<Row> rows,
      Map<Integer, ExportGroups.Group> groups,
      Storage storage,
      List<String> typeMap,
      Format format,
      String folder)
      throws IOException {
    ExportGroups.Group current = null;
    SystemWriter writer = null;
    try {
      while (rows.hasNext()) {
        Row row = rows.next();
        ExportGroups.Group group = groups.get(row.<Integer>getAs("group_number"));
        boolean sameSystem = current != null && current.systemNumber() == group.systemNumber();
        if (!sameSystem || (format == Format.DEEPMD_NPY && !group.equals(current))) {
          if (writer != null) {
            writer.close();
          }
          writer = open(group, storage, typeMap, format, folder);
        }
        current = group;
        writer.add(FrameRows.toFrame(row));
      }
    } finally {
      if (writer != null) {
        writer.close();
      }
    }
  }

  private static SystemWriter open(
      ExportGroups.Group group, Storage storage, List<String> typeMap, Format format, String folder)
      throws IOException {
    String path = Storage.child(folder, group.system());
    return switch (format) {
      case DEEPMD_NPY ->
          new NpySystemWriter(
              storage,
              group.part().isEmpty() ? path : Storage.child(path, group.part()),
              typeMap,
              group.frames());
      case DEEPMD_HDF5 -> new Hdf5FileWriter(storage, path + ".hdf5", typeMap);
      case EXTXYZ -> new ExtxyzWriter(storage, path + ".extxyz");
    };
  }
}
