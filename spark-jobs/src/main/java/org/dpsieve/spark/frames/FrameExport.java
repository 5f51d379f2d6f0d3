package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import org.dpsieve.io.SafePaths;
import org.dpsieve.io.Storage;
import org.dpsieve.io.SystemWriter;
import org.dpsieve.io.deepmd.Hdf5FileWriter;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.extxyz.ExtxyzWriter;
import org.dpsieve.spark.TaskCount;
import org.dpsieve.text.Counted;

/**
 * A frames dataset to files that dpdata, {@code dp train} and ASE read; executors write. Frames of
 * a system keep their order.
 */
public final class FrameExport {

  /** How to write. */
  public enum Format {
    /** A folder per system. */
    DEEPMD_NPY("deepmd/npy", ""),
    /** A file per system, a group in it per formula and order of atoms. */
    DEEPMD_HDF5("deepmd/hdf5", ".hdf5"),
    /** A file per system. */
    EXTXYZ("extxyz", ".extxyz");

    private final String label;

    /** Of the file of a system; empty where it is a folder. */
    private final String suffix;

    Format(String label, String suffix) {
      this.label = label;
      this.suffix = suffix;
    }

    /** As the command line spells it. */
    @Override
    public String toString() {
      return label;
    }
  }

  /**
   * What was written, counted by those who wrote it.
   *
   * @param systems folders, groups of HDF5 files or extxyz files: as many as reading it back finds
   * @param renamed {@code name -> path} of systems that could not have their name as path
   */
  public record Report(long systems, long frames, List<String> renamed) {}

  /** What one task wrote. */
  private record Written(long systems, long frames) implements Serializable {}

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
   *     {@code cell, energy, force, virial, fparam, aparam}; with the columns of {@link
   *     FrameRows#CERTAINTY} these are written beside the labels
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
      StagedPath.requireNoDeadLink(files, path);
      if (files.exists(path)) {
        throw new InputException(target + ": exists already; remove it or choose another name");
      }
      Path full = files.makeQualified(path);
      Path staged = new Path(full.getParent(), "_staged-" + full.getName());
      StagedPath.remove(files, staged);
      try {
        Report report = write(spark, frames, typeMap, format, staged.toString());
        if (!files.rename(staged, full)) {
          throw new IOException("cannot rename " + staged + " to " + full);
        }
        return report;
      } catch (Throwable e) {
        StagedPath.remove(files, staged);
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
    Map<Integer, Place> byNumber = places(groups.values(), format);
    Map<String, Integer> numbers = new HashMap<>();
    groups.forEach((key, group) -> numbers.put(key, group.number()));
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Broadcast<Map<String, Integer>> sharedNumbers = context.broadcast(numbers);
    Broadcast<Map<Integer, Place>> sharedPlaces = context.broadcast(byNumber);
    UDF1<String, Integer> number = key -> sharedNumbers.value().get(key);
    UDF1<Integer, Integer> system = group -> sharedPlaces.value().get(group).group().systemNumber();
    int systems =
        1 + groups.values().stream().mapToInt(ExportGroups.Group::systemNumber).max().orElse(0);
    List<Written> written =
        frames
            .withColumn(
                "group_number",
                functions.udf(number, DataTypes.IntegerType).apply(ExportGroups.key(frames)))
            .withColumn(
                "system_number",
                functions.udf(system, DataTypes.IntegerType).apply(col("group_number")))
            .repartition(TaskCount.of(spark, systems), col("system_number"))
            .sortWithinPartitions(
                format == Format.EXTXYZ
                    ? new Column[] {col("system_number"), col("index")}
                    : new Column[] {col("group_number"), col("index")})
            .toJavaRDD()
            .mapPartitions(
                rows ->
                    List.of(
                            writeSystems(
                                rows, sharedPlaces.value(), storage, typeMap, format, folder))
                        .iterator())
            .collect();
    long expected = groups.values().stream().mapToLong(ExportGroups.Group::frames).sum();
    long count = written.stream().mapToLong(Written::frames).sum();
    if (count != expected) {
      throw new InputException(
          "%s read and %,d written: what is read changes meanwhile; nothing is kept"
              .formatted(Counted.of(expected, "frame was", "frames were"), count));
    }
    return new Report(
        written.stream().mapToLong(Written::systems).sum(),
        count,
        renamed(byNumber.values(), format));
  }

  /**
   * Where a group is written.
   *
   * @param path below the folder
   */
  private record Place(ExportGroups.Group group, String path) implements Serializable {}

  /** A place for each group, by its number; groups of one system share a file. */
  private static Map<Integer, Place> places(Collection<ExportGroups.Group> groups, Format format) {
    // Systems as they were come first: one of them may have the name that a part of another asks
    // for.
    List<ExportGroups.Group> ordered =
        groups.stream()
            .sorted(
                Comparator.comparing((ExportGroups.Group group) -> !group.part().isEmpty())
                    .thenComparing(ExportGroups.Group::number))
            .toList();
    Map<Integer, Place> places = new HashMap<>();
    if (format == Format.DEEPMD_NPY) {
      Iterator<String> folders =
          SafePaths.folders(ordered.stream().map(ExportGroups.Group::name).toList()).iterator();
      ordered.forEach(group -> places.put(group.number(), new Place(group, folders.next())));
    } else {
      TreeMap<Integer, String> systems = new TreeMap<>();
      ordered.forEach(group -> systems.put(group.systemNumber(), group.system()));
      List<String> files = SafePaths.files(List.copyOf(systems.values()), format.suffix);
      Iterator<Integer> numbers = systems.keySet().iterator();
      Map<Integer, String> bySystem = new HashMap<>();
      files.forEach(file -> bySystem.put(numbers.next(), file));
      ordered.forEach(
          group ->
              places.put(group.number(), new Place(group, bySystem.get(group.systemNumber()))));
    }
    return places;
  }

  private static List<String> renamed(Collection<Place> places, Format format) {
    return places.stream()
        .sorted(Comparator.comparing(place -> place.group().number()))
        .map(
            place ->
                List.of(
                    format == Format.DEEPMD_NPY
                        ? place.group().name()
                        : place.group().system() + format.suffix,
                    place.path()))
        .filter(names -> !names.get(0).equals(names.get(1)))
        .map(names -> names.get(0) + " -> " + names.get(1))
        .distinct()
        .toList();
  }

  private static Written writeSystems(
      Iterator<Row> rows,
      Map<Integer, Place> places,
      Storage storage,
      List<String> typeMap,
      Format format,
      String folder)
      throws IOException {
    ExportGroups.Group current = null;
    SystemWriter writer = null;
    long systems = 0;
    long frames = 0;
    try {
      while (rows.hasNext()) {
        Row row = rows.next();
        Place place = places.get(row.<Integer>getAs("group_number"));
        ExportGroups.Group group = place.group();
        boolean sameSystem = current != null && current.systemNumber() == group.systemNumber();
        if (!sameSystem || (format == Format.DEEPMD_NPY && !group.equals(current))) {
          if (writer != null) {
            writer.close();
          }
          writer = open(place, storage, typeMap, format, folder);
        }
        if (!sameSystem || (format != Format.EXTXYZ && !group.equals(current))) {
          systems++;
        }
        current = group;
        writer.add(FrameRows.toFrame(row), FrameRows.certainty(row));
        frames++;
      }
    } finally {
      if (writer != null) {
        writer.close();
      }
    }
    return new Written(systems, frames);
  }

  private static SystemWriter open(
      Place place, Storage storage, List<String> typeMap, Format format, String folder)
      throws IOException {
    String path = Storage.child(folder, place.path());
    return switch (format) {
      case DEEPMD_NPY -> new NpySystemWriter(storage, path, typeMap, place.group().frames());
      case DEEPMD_HDF5 -> new Hdf5FileWriter(storage, path, typeMap);
      case EXTXYZ -> new ExtxyzWriter(storage, path);
    };
  }
}
