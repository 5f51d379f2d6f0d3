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
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.frames.PartsManifest;
import org.dpsieve.spark.source.LibraryTree;

/** Frames in units of bounded size, each named by what it holds. */
interface Library {
  /** The column of {@link #frames} that names a row's unit. */
  String UNIT = LibraryTree.UNIT;

  /** In order: the names by which {@link #frames} knows the units, and the content of each. */
  Map<String, String> contents();

  /** Bytes to read for the coordinates of some units, about. */
  long bytes(Collection<String> units);

  /** The frames of some units, one partition per unit, with column {@link #UNIT}. */
  Dataset<Row> frames(List<String> units);

  /** A frames dataset if it is one, else a tree of systems. */
  static Library open(SparkSession spark, String path, ExtxyzKeys keys) {
    return ParquetCommit.manifest(spark, path)
        .<Library>map(manifest -> new OfDataset(spark, path, manifest))
        .orElseGet(() -> tree(spark, path, keys));
  }

  private static Library tree(SparkSession spark, String path, ExtxyzKeys keys) {
    try {
      return new OfTree(LibraryTree.open(spark, path, keys));
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
    private final Map<String, PartsManifest.PartFile> parts = new TreeMap<>();

    OfDataset(SparkSession spark, String path, PartsManifest manifest) {
      this.spark = spark;
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
      return FramesDataset.readFiles(spark, path, units)
          .withColumn(UNIT, functions.col("_metadata.file_name"));
    }
  }

  /** Systems where they lie. */
  final class OfTree implements Library {
    private final LibraryTree tree;

    OfTree(LibraryTree tree) {
      this.tree = tree;
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
      return tree.frames(units);
    }
  }
}
