package org.dpsieve.spark.frames;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.parquet.ParquetReadSupport;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.TaskCount;
import org.dpsieve.text.Counted;

/**
 * Writes a dataset as part files whose names and bytes depend on its rows alone: not on the number
 * of cores or partitions, nor on the order in which rows arrive.
 *
 * <p>Rows are sorted over the whole dataset and cut by their number or weight: file {@code
 * part-00000.parquet} holds the first, and so on. They are written to a folder beside the target,
 * which takes the target's name in one rename once its {@link PartsManifest} is in it. So a target
 * with a manifest is complete, and one killed before leaves nothing under that name.
 */
public final class ParquetCommit {
  /** Small enough that Parquet never shrinks row groups for want of memory: bytes would differ. */
  private static final long ROW_GROUP_BYTES = 64L << 20;

  private final SparkSession spark;
  private final FileSystem files;
  private final Path target;
  private final Path staged;

  private ParquetCommit(SparkSession spark, String target) throws IOException {
    this.spark = spark;
    Path path = new Path(target);
    this.files = fileSystem(path, spark.sessionState().newHadoopConf());
    this.target = files.makeQualified(path);
    this.staged = new Path(this.target.getParent(), "_staged-" + this.target.getName());
  }

  /** Of a local path the one that leaves no .crc files. */
  private static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
    FileSystem files = path.getFileSystem(configuration);
    return files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
  }

  /** The manifest of a complete target; empty when it is not there or not complete. */
  public static Optional<PartsManifest> manifest(SparkSession spark, String target) {
    try {
      ParquetCommit commit = new ParquetCommit(spark, target);
      Optional<PartsManifest> manifest = PartsManifest.read(commit.files, commit.target);
      return manifest.isPresent() && manifest.get().matches(commit.files, commit.target)
          ? manifest
          : Optional.empty();
    } catch (IOException e) {
      throw new InputException(target + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Compares every file of a target with its checksum, where executors are: for a call that goes on
   * from what an earlier one wrote, once. A target without manifest is none of ours and passes.
   *
   * @throws InputException naming the first file that is not as it was written
   */
  public static void verify(SparkSession spark, String target) {
    try {
      ParquetCommit commit = new ParquetCommit(spark, target);
      List<PartsManifest.PartFile> parts =
          PartsManifest.read(commit.files, commit.target)
              .map(PartsManifest::files)
              .orElse(List.of());
      if (parts.isEmpty()) {
        return;
      }
      SerializableConfiguration configuration =
          new SerializableConfiguration(spark.sessionState().newHadoopConf());
      String folder = commit.target.toString();
      List<String> changed =
          new JavaSparkContext(spark.sparkContext())
              .parallelize(parts, TaskCount.of(spark, parts.size()))
              .filter(part -> !isAsWritten(folder, part, configuration))
              .map(PartsManifest.PartFile::name)
              .collect();
      if (!changed.isEmpty()) {
        throw new InputException(
            "%s/%s: its content has changed since it was written, by the checksum in %s (%,d of %s). Put back what was there, or remove %s and have it made anew"
                .formatted(
                    target,
                    changed.get(0),
                    PartsManifest.NAME,
                    changed.size(),
                    Counted.of(parts.size(), "file"),
                    target));
      }
    } catch (IOException e) {
      throw new InputException(target + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static boolean isAsWritten(
      String folder, PartsManifest.PartFile part, SerializableConfiguration configuration)
      throws IOException {
    Path path = new Path(folder, part.name());
    try (InputStream in = fileSystem(path, configuration.value()).open(path)) {
      return Sha256.hex(in).equals(part.sha256());
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /**
   * The columns of a complete target, as Spark wrote them into its first part; empty where it is
   * not complete, or another program wrote it. Spark itself would start a job for it.
   */
  static Optional<StructType> schema(SparkSession spark, String target) {
    List<PartsManifest.PartFile> parts =
        manifest(spark, target).map(PartsManifest::files).orElse(List.of());
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    Path first = new Path(target, parts.get(0).name());
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(first, spark.sessionState().newHadoopConf()))) {
      return Optional.ofNullable(
              reader
                  .getFileMetaData()
                  .getKeyValueMetaData()
                  .get(ParquetReadSupport.SPARK_METADATA_KEY()))
          .map(json -> (StructType) DataType.fromJson(json));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // Spark says what is wrong with it
    }
  }

  /** Whether the target is there and whole, so that the stage that makes it need not run. */
  public static boolean isComplete(SparkSession spark, String target) {
    return manifest(spark, target).isPresent();
  }

  /**
   * Writes and commits. An incomplete target (an object store's rename was cut short) is replaced;
   * a folder that holds anything else than part files is not touched.
   *
   * @param rows evaluated once (kept on the executors' disks meanwhile)
   * @param sortColumns of type string, int or long; no two rows may agree in all of them
   * @param target folder on any Hadoop file system; must not be complete already
   * @param metadata goes into the manifest
   * @throws InputException when the target is complete already or is something else, cannot be
   *     written, or the disk is full; nothing stays behind then
   */
  public static PartsManifest write(
      Dataset<Row> rows,
      List<String> sortColumns,
      PartSize size,
      String target,
      Map<String, String> metadata) {
    Dataset<Row> kept = rows.persist(StorageLevel.DISK_ONLY());
    try {
      return writeKept(kept, sortColumns, size, target, metadata);
    } finally {
      kept.unpersist();
    }
  }

  /**
   * As {@link #write}, of rows that are kept already.
   *
   * @param rows evaluated up to three times
   */
  static PartsManifest writeKept(
      Dataset<Row> rows,
      List<String> sortColumns,
      PartSize size,
      String target,
      Map<String, String> metadata) {
    requireFree(rows.sparkSession(), target);
    try {
      return new ParquetCommit(rows.sparkSession(), target)
          .write(rows, sortColumns, size, metadata);
    } catch (Throwable e) {
      throw WriteFailure.of(e, target);
    }
  }

  /**
   * As {@link #write}, of a table that fits into one file: no pass over its rows finds that out.
   *
   * @param rows evaluated once, on all cores
   */
  public static PartsManifest writeOne(
      Dataset<Row> rows, List<String> sortColumns, String target, Map<String, String> metadata) {
    requireFree(rows.sparkSession(), target);
    try {
      return new ParquetCommit(rows.sparkSession(), target)
          .commit(rows.repartition(1), sortColumns, metadata);
    } catch (Throwable e) {
      throw WriteFailure.of(e, target);
    }
  }

  /**
   * Checks that {@link #write} may make the target; long work asks this first.
   *
   * @throws InputException when something is there that must not be replaced
   */
  public static void requireFree(SparkSession spark, String target) {
    if (isComplete(spark, target)) {
      throw new InputException(target + ": exists already; remove it or choose another name");
    }
    try {
      ParquetCommit commit = new ParquetCommit(spark, target);
      StagedPath.requireNoDeadLink(commit.files, commit.target);
      if (!commit.files.exists(commit.target)) {
        return;
      }
      if (commit.files.getFileStatus(commit.target).isFile()) {
        throw new InputException(
            target + ": exists already, as a file; remove it or choose another name");
      }
      for (FileStatus file : commit.files.listStatus(commit.target)) {
        String name = file.getPath().getName();
        if (!name.matches("part-\\d+\\.parquet|" + PartsManifest.NAME)) {
          throw new InputException(
              "%s: exists already and holds other things (%s); remove it or choose another name"
                  .formatted(target, name));
        }
      }
    } catch (IOException e) {
      throw new InputException(target + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Removes a complete target; nothing when there is none. */
  public static void remove(SparkSession spark, String target) {
    try {
      ParquetCommit commit = new ParquetCommit(spark, target);
      if (PartsManifest.read(commit.files, commit.target).isPresent()) {
        commit.files.delete(commit.target, true);
      }
    } catch (IOException e) {
      throw new InputException(target + ": cannot be removed: " + e.getMessage(), e);
    }
  }

  private PartsManifest write(
      Dataset<Row> rows, List<String> sortColumns, PartSize size, Map<String, String> metadata)
      throws IOException {
    Row all = rows.agg(functions.count(functions.lit(1)), functions.sum(size.weightOfRow())).head();
    long count = all.getLong(0);
    return commit(
        count == 0 || all.getLong(1) <= size.most()
            ? rows.coalesce(1)
            : PartBoundaries.of(rows, sortColumns, size, count).partition(rows),
        sortColumns,
        metadata);
  }

  /**
   * @param cut a partition for each part
   */
  private PartsManifest commit(
      Dataset<Row> cut, List<String> sortColumns, Map<String, String> metadata) throws IOException {
    StagedPath.remove(files, staged);
    try {
      cut.sortWithinPartitions(sortColumns.stream().map(functions::col).toArray(Column[]::new))
          .write()
          .option("compression", "snappy")
          .option("parquet.block.size", ROW_GROUP_BYTES)
          .parquet(staged.toString());
      List<Settled> parts = settleParts();
      PartsManifest manifest =
          new PartsManifest(
              parts.stream().mapToLong(Settled::rows).sum(),
              parts.stream().map(Settled::part).toList(),
              new TreeMap<>(metadata));
      manifest.write(files, staged);
      files.delete(target, true);
      files.mkdirs(target.getParent());
      if (!files.rename(staged, target)) {
        throw new IOException("cannot rename " + staged + " to " + target);
      }
      return manifest;
    } catch (Throwable e) {
      StagedPath.remove(files, staged);
      throw e;
    }
  }

  /** A part under its lasting name. */
  private record Settled(PartsManifest.PartFile part, long rows) implements Serializable {}

  /** Gives Spark's files their lasting names and bytes and removes what else it left. */
  private List<Settled> settleParts() throws IOException {
    FileStatus[] written = files.listStatus(staged);
    Arrays.sort(written);
    List<String[]> parts = new ArrayList<>();
    for (FileStatus file : written) {
      if (file.getPath().getName().matches("part-\\d+-.*\\.parquet")) {
        Path part = new Path(staged, "part-%05d.parquet".formatted(parts.size()));
        parts.add(new String[] {file.getPath().toString(), part.toString()});
      }
    }
    SerializableConfiguration configuration =
        new SerializableConfiguration(spark.sessionState().newHadoopConf());
    List<Settled> settled;
    if (parts.size() == 1) { // the small tables of the loop: not worth a job
      settled =
          List.of(settle(new Path(parts.get(0)[0]), new Path(parts.get(0)[1]), configuration));
    } else {
      settled =
          new JavaSparkContext(spark.sparkContext())
              .parallelize(parts, TaskCount.of(spark, parts.size()))
              .map(part -> settle(new Path(part[0]), new Path(part[1]), configuration))
              .collect();
    }
    for (FileStatus file : written) {
      files.delete(file.getPath(), true);
    }
    return settled;
  }

  private static Settled settle(Path source, Path part, SerializableConfiguration configuration) {
    try {
      FileSystem files = fileSystem(source, configuration.value());
      MessageDigest digest = Sha256.start();
      long rows;
      try (OutputStream out = new DigestOutputStream(files.create(part, true), digest)) {
        rows = CanonicalParquet.copy(files, source, out);
      }
      return new Settled(
          new PartsManifest.PartFile(
              part.getName(), files.getFileStatus(part).getLen(), Sha256.hex(digest)),
          rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
