package org.dpsieve.spark.rescreen;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.frames.PartsManifest;
import org.dpsieve.spark.source.LibraryTree;
import org.dpsieve.spark.table.TableFrames;

/** Frames in units of bounded size, each named by what it holds. */
interface Library {
  /** The column of {@link #frames} that names a row's unit. */
  String UNIT = LibraryTree.UNIT;

  /** In order: the names by which {@link #frames} knows the units, and the content of each. */
  Map<String, String> contents();

  /** Bytes to read for the coordinates of some units, about. */
  long bytes(Collection<String> units);

  /**
   * The frames of some units for which the condition holds, one partition per unit, with column
   * {@link #UNIT}; labels need not be there.
   */
  Dataset<Row> frames(List<String> units);

  /** All frames of some systems for which the condition holds, with their labels. */
  default Dataset<Row> labelled(Collection<String> systems) {
    return frames(List.copyOf(contents().keySet()))
        .where(functions.col("system").isInCollection(systems));
  }

  /** Whether frames have {@link TableFrames#LIBRARY_ID}. */
  default boolean hasIds() {
    return false;
  }

  /** What else is to be remembered of it, by key. */
  default Map<String, String> metadata() {
    return Map.of();
  }

  /** A table if one is named; else a frames dataset if it is one, else a tree of systems. */
  static Library open(SparkSession spark, RescreenOptions options) {
    String path = options.frames();
    return options.table() != null
        ? TableLibrary.open(spark, options)
        : ParquetCommit.manifest(spark, path)
            .<Library>map(manifest -> new OfDataset(spark, path, options.where(), manifest))
            .orElseGet(() -> tree(spark, path, options));
  }

  private static Library tree(SparkSession spark, String path, RescreenOptions options) {
    try {
      return new OfTree(LibraryTree.open(spark, path, options.extxyzKeys()), options.where());
    } catch (InputException e) {
      throw new InputException(
          "%s\n(--frames takes a frames dataset, made by dpsieve import, or a folder of deepmd systems)"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** Part files of a frames dataset. */
  final class OfDataset implements Library {
    private final SparkSession spark;
    private final String path;
    private final String where;
    private final Map<String, PartsManifest.PartFile> parts = new TreeMap<>();

    OfDataset(SparkSession spark, String path, String where, PartsManifest manifest) {
      this.spark = spark;
      this.where = where;
      this.path = new Path(path).toString();
      FramesDataset.read(spark, path); // refuses what holds no frames
      manifest.files().forEach(part -> parts.put(part.name(), part));
    }

    @Override
    public Map<String, String> contents() {
      Map<String, String> contents = new TreeMap<>();
      parts.forEach((name, part) -> contents.put(name, part.sha256()));
      return contents;
    }

    @Override
    public long bytes(Collection<String> units) {
      return units.stream().mapToLong(unit -> parts.get(unit).bytes()).sum();
    }

    @Override
    public Dataset<Row> frames(List<String> units) {
      return FramesDataset.where(
          FramesDataset.readFiles(spark, path, units)
              .withColumn(UNIT, functions.col("_metadata.file_name")),
          where);
    }
  }

  /** Systems where they lie. */
  final class OfTree implements Library {
    private final LibraryTree tree;
    private final String where;

    OfTree(LibraryTree tree, String where) {
      this.tree = tree;
      this.where = where;
    }

    @Override
    public Map<String, String> contents() {
      Map<String, String> contents = new java.util.LinkedHashMap<>();
      tree.units().forEach(unit -> contents.put(unit, unit));
      return contents;
    }

    @Override
    public long bytes(Collection<String> units) {
      return units.stream().mapToLong(tree::bytes).sum();
    }

    @Override
    public Dataset<Row> frames(List<String> units) {
      return FramesDataset.where(tree.frames(units), where);
    }
  }
}
