package org.dpsieve.spark.loop;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.ForeignElements;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.frame.Formula;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.Storage;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.loop.Facts;
import org.dpsieve.spark.frames.FrameImport;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.frames.HadoopStorage;
import org.dpsieve.spark.frames.ImportReport;
import org.dpsieve.spark.frames.TableImport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frames of a run: {@code frames/pool.parquet}, {@code frames/init.parquet} where there are
 * labelled frames to start from, and {@code frames/old.parquet} where labels of an old level are
 * given apart.
 */
final class Pool {
  private static final String POOL = "pool.parquet";
  private static final String INITIAL = "init.parquet";
  private static final String OLD = "old.parquet";
  private static final String ENTRIES = "init_data_sys.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Logger LOG = LoggerFactory.getLogger(Pool.class);

  private Pool() {}

  /**
   * @param notes hears what is set aside
   * @throws InputException when frames hold elements that the type map does not have
   */
  static Facts.Pool importAll(
      SparkSession spark, Path target, SimplifyConfig config, Consumer<String> notes) {
    ImportReport report =
        config
            .pool()
            .tables()
            .map(
                tables ->
                    TableImport.run(
                        spark,
                        config.pool().pickData(),
                        tables.format(),
                        tables.mapping(),
                        target.resolve(POOL).toString(),
                        ElementMap.NONE,
                        config.elements(),
                        labelsCount(config)))
            .orElseGet(
                () ->
                    importTo(
                        spark,
                        config,
                        config.pool().pickData(),
                        target.resolve(POOL),
                        labelsCount(config)));
    say(report, "pick_data", POOL, notes);
    Map<String, Long> byFormula =
        requireKnown(spark, target.resolve(POOL), "pick_data", config.typeMap());
    if (!config.pool().initData().isEmpty()) {
      say(
          importTo(
              spark,
              config,
              config.pool().initData(),
              target.resolve(INITIAL),
              config.property().isEmpty()),
          "init_data_sys",
          INITIAL,
          notes);
      requireKnown(spark, target.resolve(INITIAL), "init_data_sys", config.typeMap());
      if (config.train().dp().filter(dp -> dp.batchSizes().tellsEntriesApart()).isPresent()) {
        writeEntries(spark, target, config.pool().initData());
      }
    }
    if (!config.pool().oldData().isEmpty()) {
      importTo(spark, config, config.pool().oldData(), target.resolve(OLD), false);
    }
    return new Facts.Pool(
        report.frames(), Tables.byElements(byFormula), report.duplicates() + report.badFrames());
  }

  private static void say(ImportReport report, String key, String name, Consumer<String> notes) {
    report
        .setAside()
        .ifPresent(
            text ->
                notes.accept(
                    "%s: %s; they are listed in frames/%s.quarantine".formatted(key, text, name)));
  }

  /** Whether the pool's own labels are, or are part of, those that are trained on. */
  private static boolean labelsCount(SimplifyConfig config) {
    return config.property().isEmpty()
        && (config.pool().labeled() || config.label().style().addsToStored());
  }

  private static ImportReport importTo(
      SparkSession spark,
      SimplifyConfig config,
      List<String> data,
      Path target,
      boolean labelsCount) {
    ImportReport report =
        FrameImport.run(
            spark,
            data,
            target.toString(),
            config.typeMap(),
            ElementMap.NONE,
            config.elements(),
            config.pool().extxyzKeys(),
            labelsCount);
    ExtxyzKeys.note(report.ignored().keySet(), "extxyz_keys")
        .ifPresent(note -> LOG.warn("{}: {}", String.join(", ", data), note));
    return report;
  }

  /**
   * Before anything is done with them, counted by system.
   *
   * @return how many frames there are of each formula
   */
  private static Map<String, Long> requireKnown(
      SparkSession spark, Path frames, String key, List<String> typeMap) {
    Dataset<Row> all = FramesDataset.read(spark, frames.toString());
    ForeignElements found = new ForeignElements(key, typeMap);
    Map<String, Long> byFormula = new TreeMap<>();
    all.groupBy("system", "formula")
        .count()
        .orderBy("system", "formula")
        .collectAsList()
        .forEach(
            row -> {
              found.add(row.getString(0), row.getLong(2), Formula.types(row.getString(1)));
              byFormula.merge(row.getString(1), row.getLong(2), Long::sum);
            });
    if (found.any()) {
      throw new InputException(
          found.message(all.select("system").distinct().count()) + "; nothing was imported");
    }
    return byFormula;
  }

  /** Which entry of {@code init_data_sys} each system is of; the first one where several are. */
  private static void writeEntries(SparkSession spark, Path frames, List<String> initData) {
    try {
      Storage storage = HadoopStorage.of(spark);
      Map<String, String> names = new HashMap<>();
      for (SystemPath system : SystemFinder.find(storage, initData)) {
        names.put(system.location(), system.name());
      }
      Map<String, Integer> entries = new TreeMap<>();
      for (int entry = 0; entry < initData.size(); entry++) {
        for (SystemPath system : SystemFinder.find(storage, List.of(initData.get(entry)))) {
          entries.putIfAbsent(names.get(system.location()), entry);
        }
      }
      Files.writeString(frames.resolve(ENTRIES), JSON.writeValueAsString(entries));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@link #importAll} wrote of them: entry by name of the system. */
  static Map<String, Integer> initialEntries(Path frames) {
    return JsonFile.read(frames.resolve(ENTRIES), new TypeReference<Map<String, Integer>>() {});
  }

  static Dataset<Row> read(SparkSession spark, Path frames) {
    return FramesDataset.read(spark, frames.resolve(POOL).toString());
  }

  /** The pool for models to evaluate: see {@link FramesDataset#readByFile}. */
  static Dataset<Row> readByFile(SparkSession spark, Path frames) {
    return FramesDataset.readByFile(spark, frames.resolve(POOL).toString());
  }

  /** How many frames the pool has. */
  static long size(SparkSession spark, Path frames) {
    return Tables.size(spark, frames.resolve(POOL));
  }

  /** How many frames {@code init_data_sys} has. */
  static long initialSize(SparkSession spark, Path frames) {
    Path initial = frames.resolve(INITIAL);
    return Files.exists(initial) ? Tables.size(spark, initial) : 0;
  }

  /** {@code init_data_sys}; empty when there is none. */
  static Optional<Dataset<Row>> initial(SparkSession spark, Path frames) {
    Path initial = frames.resolve(INITIAL);
    return Files.exists(initial)
        ? Optional.of(FramesDataset.read(spark, initial.toString()))
        : Optional.empty();
  }

  /**
   * Frames with labels of the old level: {@code old_data}, else the pool itself, whose own labels
   * they then are.
   */
  static Dataset<Row> old(SparkSession spark, Path frames) {
    Path old = frames.resolve(OLD);
    return Files.exists(old) ? FramesDataset.read(spark, old.toString()) : read(spark, frames);
  }
}
