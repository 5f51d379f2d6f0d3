package org.dpsieve.spark.frames;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.spark.TaskCount;
import org.dpsieve.text.Counted;

/**
 * Files to a frames dataset. The driver lists; executors open, check and read, by runs of frames of
 * bounded size.
 *
 * <p>What is wrong with files (truncated, wrong shape, no type map ...) stops the import before
 * anything is written, all of it in one message. What is wrong with single frames (NaN, flat cell,
 * a duplicate of an earlier frame) puts those in the quarantine table, and the import goes on.
 */
public final class FrameImport {
  /** Atoms read at once: with labels some ten megabytes. */
  private static final int ATOMS_PER_RUN = 1 << 17;

  private static final int FRAMES_PER_TASK = 1 << 12;
  private static final int MOST_PROBLEMS = 100;

  private final SparkSession spark;
  private final List<String> sources;
  private final String target;
  private final List<String> typeMap;
  private final ElementMap replaced;
  private final TypeElements elements;
  private final ExtxyzKeys keys;
  private final boolean labelsCount;

  private FrameImport(
      SparkSession spark,
      List<String> sources,
      String target,
      List<String> typeMap,
      ElementMap replaced,
      TypeElements elements,
      ExtxyzKeys keys,
      boolean labelsCount) {
    this.spark = spark;
    this.sources = sources;
    this.target = target;
    this.typeMap = typeMap;
    this.replaced = replaced;
    this.elements = elements;
    this.keys = keys;
    this.labelsCount = labelsCount;
  }

  /** One task's work. */
  private record Piece(int systemNumber, SystemPath system, FrameSystem.Run run)
      implements Serializable {}

  /** {@link #run(SparkSession, List, String, List)} where every system has its type map. */
  public static ImportReport run(SparkSession spark, List<String> sources, String target) {
    return run(spark, sources, target, List.of());
  }

  /**
   * Imports all systems of all sources.
   *
   * @param sources as {@link SystemFinder} takes them
   * @param target folder to make; the quarantine is {@code target + ".quarantine"}
   * @param typeMap names of types for systems without {@code type_map.raw}; empty for none
   * @throws InputException listing everything that is wrong with the files, or when the target
   *     exists, or cannot be written
   */
  public static ImportReport run(
      SparkSession spark, List<String> sources, String target, List<String> typeMap) {
    return run(
        spark,
        sources,
        target,
        typeMap,
        ElementMap.NONE,
        TypeElements.LEADING,
        ExtxyzKeys.DEFAULT,
        true);
  }

  /**
   * The same with types replaced in every frame, before it gets its id.
   *
   * @param replaced what frames of other types lose their labels by
   * @param elements of names that are no elements; kept in the manifest
   * @param keys what the labels of extxyz files are called
   * @param labelsCount whether a frame with a label that is no number is set aside; else that label
   *     stays as it is, for those who leave it out
   */
  public static ImportReport run(
      SparkSession spark,
      List<String> sources,
      String target,
      List<String> typeMap,
      ElementMap replaced,
      TypeElements elements,
      ExtxyzKeys keys,
      boolean labelsCount) {
    String bare = target.replaceFirst("(?<=[^/])/+$", "");
    return new FrameImport(
            spark,
            List.copyOf(sources),
            bare,
            List.copyOf(typeMap),
            replaced,
            elements,
            keys,
            labelsCount)
        .run();
  }

  private ImportReport run() {
    ParquetCommit.requireFree(spark, target);
    Storage storage = HadoopStorage.of(spark);
    List<SystemPath> systems;
    try {
      systems = SystemFinder.find(storage, sources, keys);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read: %s".formatted(String.join(", ", sources), e.getMessage()), e);
    }
    List<SystemCheck> checks = check(systems, storage);
    requireNoProblems(checks);
    requireNames(checks);
    SortedMap<Property, Integer> properties = properties(systems, checks);
    // read and checked once; all that follows looks at some columns of it
    Dataset<Row> frames =
        read(systems, checks, properties, storage).persist(StorageLevel.DISK_ONLY());
    try {
      return new ImportWrite(spark, target, elements, labelsCount)
          .write(frames, systems.size(), typeMap(checks), properties, ignored(checks), List.of());
    } finally {
      frames.unpersist();
    }
  }

  /** Names that are told apart in each system have to be in all of them. */
  private void requireNames(List<SystemCheck> checks) {
    Set<String> names = new TreeSet<>();
    checks.forEach(check -> names.addAll(check.typeMap()));
    if (checks.stream().noneMatch(check -> check.typeMap().isEmpty())) { // else some are not said
      replaced.requireKnown(names);
    }
    names.addAll(replaced.targets());
    elements.requireKnown(names, String.join(", ", sources));
    TypeNames.of(names);
  }

  private List<SystemCheck> check(List<SystemPath> systems, Storage storage) {
    List<String> symbols = typeMap;
    return new JavaSparkContext(spark.sparkContext())
        .parallelize(systems, TaskCount.of(spark, systems.size()))
        .map(system -> SystemCheck.of(system, storage, symbols, ATOMS_PER_RUN))
        .collect();
  }

  private static void requireNoProblems(List<SystemCheck> checks) {
    List<String> problems =
        checks.stream()
            .filter(check -> check.problem() != null)
            .flatMap(check -> check.problem().lines())
            .toList();
    if (!problems.isEmpty()) {
      String rest =
          problems.size() > MOST_PROBLEMS
              ? "\n... and %d more".formatted(problems.size() - MOST_PROBLEMS)
              : "";
      throw new InputException(
          Counted.of(problems.size(), "problem")
              + " in the systems to import; nothing was written:\n"
              + String.join("\n", problems.subList(0, Math.min(MOST_PROBLEMS, problems.size())))
              + rest);
    }
  }

  /** What frames have beside labels and parameters: of all systems the same numbers each. */
  private static SortedMap<Property, Integer> properties(
      List<SystemPath> systems, List<SystemCheck> checks) {
    SortedMap<Property, Integer> all = new TreeMap<>();
    Map<Property, String> first = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    for (int number = 0; number < checks.size(); number++) {
      String location = systems.get(number).location();
      checks
          .get(number)
          .properties()
          .forEach(
              (property, dimension) -> {
                Integer other = all.putIfAbsent(property, dimension);
                first.putIfAbsent(property, location);
                if (other != null && !other.equals(dimension)) {
                  problems.add(
                      "%s: %s has %s each, but %d in %s; systems of one dataset need the same%s"
                          .formatted(
                              location,
                              property.name(),
                              Counted.of(dimension, "number"),
                              other,
                              first.get(property),
                              property.orOfAtoms()));
                }
              });
    }
    if (!problems.isEmpty()) {
      throw new InputException(
          String.join("\n", problems.subList(0, Math.min(MOST_PROBLEMS, problems.size()))));
    }
    return all;
  }

  /** All frames, with {@link #READ}'s columns behind. */
  private Dataset<Row> read(
      List<SystemPath> systems,
      List<SystemCheck> checks,
      SortedMap<Property, Integer> properties,
      Storage storage) {
    List<List<Piece>> tasks = new ArrayList<>();
    int room = 0;
    for (int number = 0; number < systems.size(); number++) {
      for (FrameSystem.Run run : checks.get(number).runs()) {
        if (tasks.isEmpty() || room < run.count()) {
          tasks.add(new ArrayList<>());
          room = FRAMES_PER_TASK;
        }
        tasks.get(tasks.size() - 1).add(new Piece(number, systems.get(number), run));
        room -= run.count();
      }
    }
    List<String> symbols = typeMap;
    ElementMap map = replaced;
    boolean withLabels = labelsCount;
    List<Property> others = List.copyOf(properties.keySet());
    StructType schema = ImportWrite.withRead(FrameRows.schema(properties));
    return spark.createDataFrame(
        new JavaSparkContext(spark.sparkContext())
            .parallelize(tasks, tasks.size())
            .flatMap(List::iterator)
            .flatMap(piece -> rows(piece, storage, symbols, map, withLabels, others).iterator()),
        schema);
  }

  private static List<Row> rows(
      Piece piece,
      Storage storage,
      List<String> typeMap,
      ElementMap map,
      boolean labelsCount,
      List<Property> properties)
      throws IOException {
    List<Row> rows = new ArrayList<>(piece.run().count());
    try (FrameSystem system = piece.system().open(storage, typeMap)) {
      for (Frame read : system.read(piece.run())) {
        rows.add(
            ImportWrite.row(
                map.apply(read),
                properties,
                piece.systemNumber(),
                piece.system().location(),
                null,
                labelsCount));
      }
    }
    return rows;
  }

  private List<String> typeMap(List<SystemCheck> checks) {
    Set<String> symbols = new LinkedHashSet<>();
    checks.forEach(check -> symbols.addAll(check.typeMap()));
    return symbols.stream().map(replaced::apply).distinct().toList();
  }

  private static Map<String, Long> ignored(List<SystemCheck> checks) {
    return checks.stream()
        .flatMap(check -> check.ignored().stream())
        .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
  }
}
