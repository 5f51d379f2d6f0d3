package org.dpsieve.spark.rescreen;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.pick.Borderline;
import org.dpsieve.spark.TaskCount;
import org.dpsieve.spark.deviation.FrameEngine;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.frames.WriteFailure;
import org.dpsieve.spark.table.TableResult;
import org.dpsieve.text.Counted;

/**
 * The deviation of a library far larger than memory. The library is cut into units of bounded size;
 * a task evaluates one and writes its file, and a unit whose file is there is done: so a call that
 * was killed goes on with what is missing, and one over a library that grew evaluates what is new.
 * Frames are known by their id, so that those of a unit that changed are not evaluated again.
 */
public final class Rescreen {
  private final SparkSession spark;
  private final JavaSparkContext context;
  private final RescreenOptions options;
  private final RescreenListener listener;
  private final SerializableConfiguration configuration;

  private ScreenModels models;
  private String digest;

  private Library library;
  private ScreenFolder folder;

  /** Why frames have no numbers, by {@code frame_id}, where DeePMD-kit evaluates them. */
  private final Map<String, String> problems = new HashMap<>();

  /** File of every unit of the library, in order. */
  private final Map<String, String> names = new LinkedHashMap<>();

  private Rescreen(SparkSession spark, RescreenOptions options, RescreenListener listener) {
    this.spark = spark;
    this.context = new JavaSparkContext(spark.sparkContext());
    this.options = options;
    this.listener = listener;
    this.configuration = new SerializableConfiguration(spark.sessionState().newHadoopConf());
  }

  /**
   * Evaluates what is missing of {@code options.output()}, then sums up and picks.
   *
   * @throws InputException when models, library or output do not fit; nothing is evaluated then
   */
  public static ScreenReport run(
      SparkSession spark, RescreenOptions options, RescreenListener listener) {
    try {
      return new Rescreen(spark, options, listener).run();
    } catch (Throwable e) {
      throw WriteFailure.of(e, options.output());
    }
  }

  private ScreenReport run() throws IOException {
    listener.stage("looking through the library");
    models = ScreenModels.of(options);
    digest = ScreenModels.digest(models, options);
    folder = ScreenFolder.open(options.bareOutput(), configuration.value(), digest);
    library = Library.open(spark, options);
    library
        .contents()
        .forEach(
            (unit, content) -> {
              String key = hash(content, digest, options.where(), threshold() + exactly());
              names.put(unit, "part-" + key + ".parquet");
            });
    context.setJobDescription("rescreen: checksums of what is there");
    ParquetCommit.verify(spark, folder.target());
    List<String> missing = missing();
    Census census = census(options.sample() < 1 ? List.copyOf(names.keySet()) : missing);
    // units that hold nothing for the condition have no file
    boolean nothing = missing.isEmpty() || (options.sample() == 1 && census.frames() == 0);
    commit(nothing ? List.of() : evaluate(missing, census));
    writeTable();
    listener.stage("summing up");
    context.setJobDescription("rescreen: summary by formula");
    return new ScreenReport.Maker(
            spark, options, folder.target(), census, library, models.read(), problems)
        .make();
  }

  /** As a table of the library's format, too, where that is wanted: in one piece, old or new. */
  private void writeTable() {
    Optional<TableResult> result =
        library instanceof TableLibrary table ? table.result() : Optional.empty();
    if (result.isPresent()) {
      listener.stage("writing the table");
      context.setJobDescription("rescreen: result as a table");
      result.get().write(spark.read().parquet(folder.target()));
    }
  }

  /** Which frames are evaluated in double precision where the others are not; a name for it. */
  private String exactly() {
    Borderline borderline = options.borderline();
    return borderline.equals(Borderline.NONE) ? "" : borderline.toString();
  }

  /** Units without a file. */
  private List<String> missing() throws IOException {
    Set<String> finished = folder.finished();
    finished.addAll(folder.committed().keySet());
    return names.entrySet().stream()
        .filter(unit -> !finished.contains(unit.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The frames to look at, of some units. */
  private Dataset<Row> frames(List<String> units) {
    Dataset<Row> frames = library.frames(units);
    return options.sample() < 1 ? frames.where(col("frame_id").lt(threshold())) : frames;
  }

  /**
   * Ids are hashes, so those below a bound are a random sample, the same in every call; in a frames
   * dataset, sorted by formula and id, they are runs of rows, and Parquet skips the rest.
   */
  private String threshold() {
    if (options.sample() == 1) {
      return "";
    }
    BigInteger bound =
        new BigDecimal(options.sample())
            .multiply(new BigDecimal(BigInteger.ONE.shiftLeft(128)))
            .toBigInteger();
    return "%032x".formatted(bound);
  }

  /**
   * What the condition selects of some units, the sample not yet taken.
   *
   * @param frames of each formula
   */
  record Census(long frames, long atoms, Map<String, Long> byFormula) {}

  private Census census(List<String> units) {
    Map<String, Long> byFormula = new TreeMap<>();
    long frames = 0;
    long atoms = 0;
    if (!units.isEmpty()) {
      context.setJobDescription("rescreen: count of frames and atoms");
      for (Row row :
          library
              .frames(units)
              .groupBy("formula")
              .agg(count(lit(1)), sum("natoms"))
              .collectAsList()) {
        byFormula.put(row.getString(0), row.getLong(1));
        frames += row.getLong(1);
        atoms += row.getLong(2);
      }
    }
    return new Census(frames, atoms, byFormula);
  }

  /** Refuses a library that the models are not for; says which frames of another they are not. */
  private UnknownTypes unknownTypes(List<String> missing, Census census) {
    UnknownTypes unknown = new UnknownTypes(models.typeMap(spark), models.listed());
    if (census.byFormula().keySet().stream().allMatch(formula -> unknown.of(formula).isEmpty())) {
      return unknown;
    }
    // what was added to a library may be all unknown, and still a small part of it
    boolean whole = options.sample() < 1 || missing.size() == names.size();
    Census all = whole ? census : census(List.copyOf(names.keySet()));
    unknown
        .check(options.frames(), all.byFormula())
        .ifPresent(text -> listener.say("warning: " + text));
    return unknown;
  }

  private List<DeviationFile.Part> evaluate(List<String> missing, Census census)
      throws IOException {
    if (options.dp() != null) {
      listener.stage("trying DeePMD-kit's program");
    }
    UnknownTypes unknown = unknownTypes(missing, census);
    folder.prepare();
    KnownDeviations known = known(missing);
    try (FrameEngine engine = engine(missing, census, unknown)) {
      Census work = options.sample() < 1 ? sampled(census) : census;
      double speed = speed(engine, missing, work, unknown);
      LongAccumulator frames = spark.sparkContext().longAccumulator("frames");
      LongAccumulator atoms = spark.sparkContext().longAccumulator("atoms");
      listener.evaluating(
          new Workload(
              work.frames(),
              work.atoms(),
              missing.size(),
              library.bytes(missing),
              spark.sparkContext().defaultParallelism(),
              speed),
          new RescreenListener.Progress() {
            @Override
            public long frames() {
              return frames.value();
            }

            @Override
            public long atoms() {
              return atoms.value();
            }
          });
      UnitTask task =
          new UnitTask(
              engine,
              // DeePMD-kit says of each frame why it has no numbers
              models.read() == null ? UnknownTypes.NONE : unknown,
              options.columns(),
              options.borderline(),
              configuration,
              folder.staged(),
              names,
              library.hasIds(),
              known,
              frames,
              atoms);
      context.setJobDescription(
          "rescreen: deviation of %s in %s"
              .formatted(
                  Counted.of(work.frames(), "frame"), Counted.of(missing.size(), "partition")));
      List<DeviationFile.Part> made = frames(missing).javaRDD().mapPartitions(task::run).collect();
      problems.putAll(engine.problems());
      listener.stage("committing");
      listener.say(
          "evaluated: %s, %s"
              .formatted(Counted.of(frames.value(), "frame"), Counted.of(atoms.value(), "atom")));
      return made;
    }
  }

  private FrameEngine engine(List<String> missing, Census census, UnknownTypes unknown) {
    return models.engine(
        spark,
        census.byFormula().keySet().stream()
            .filter(formula -> unknown.of(formula).isEmpty())
            .flatMap(formula -> Formula.types(formula).stream())
            .collect(Collectors.toSet()),
        () ->
            library.frames(missing).limit(1).collectAsList().stream()
                .map(FrameRows::toFrame)
                .findFirst());
  }

  /** Of a core, atoms per second; NaN where a look would take as long as the start of a program. */
  private double speed(
      FrameEngine engine, List<String> missing, Census work, UnknownTypes unknown) {
    if (options.isElsewhere()) {
      return Double.NaN;
    }
    listener.stage("measuring the speed");
    return work.frames() == 0
        ? 1
        : Speed.measure(context, probe(missing, work, unknown), engine, missing.size());
  }

  private Census sampled(Census all) {
    return new Census(
        Math.round(all.frames() * options.sample()),
        Math.round(all.atoms() * options.sample()),
        all.byFormula());
  }

  /** A few frames from several places. */
  private List<Row> probe(List<String> missing, Census work, UnknownTypes unknown) {
    context.setJobDescription("rescreen: frames to measure the speed with");
    int places = Math.min(4, missing.size());
    long frames = Math.max(1, Speed.ATOMS * work.frames() / Math.max(1, work.atoms()) / places);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      List<String> unit = List.of(missing.get(i * missing.size() / places));
      rows.addAll(library.frames(unit).limit((int) frames).collectAsList());
    }
    if (rows.isEmpty()) { // units without a frame for the condition
      rows.addAll(library.frames(missing).limit((int) frames).collectAsList());
    }
    rows.removeIf(unknown::areIn);
    return rows;
  }

  /** What earlier calls say of frames in units that have no file. */
  private KnownDeviations known(List<String> missing) throws IOException {
    Set<String> earlier = folder.finished();
    earlier.addAll(folder.committed().keySet());
    earlier.removeAll(names.values());
    if (earlier.isEmpty()) {
      return KnownDeviations.NONE;
    }
    listener.stage("looking for frames evaluated before");
    context.setJobDescription("rescreen: frames evaluated before");
    Map<String, String> wanted = new HashMap<>();
    missing.forEach(unit -> wanted.put(unit, names.get(unit)));
    return KnownDeviations.write(
        frames(missing).select("frame_id", Library.UNIT),
        spark.read().parquet(folder.paths(earlier).toArray(String[]::new)),
        wanted,
        folder.staged() + "/_known",
        configuration,
        options.columns());
  }

  private void commit(List<DeviationFile.Part> made) throws IOException {
    Map<String, DeviationFile.Part> parts = new HashMap<>();
    made.forEach(part -> parts.put(part.file().name(), part));
    Set<String> before = folder.finished();
    before.addAll(folder.committed().keySet());
    before.removeAll(parts.keySet());
    before.retainAll(names.values());
    if (made.isEmpty() && !before.isEmpty() && before.equals(folder.committed().keySet())) {
      folder.discardStaged();
      return; // as it is
    }
    if (made.isEmpty() && before.isEmpty()) {
      folder.discardStaged();
      throw new InputException(
          "%s: no frames%s"
              .formatted(
                  options.frames(),
                  options.where() == null ? "" : " for which " + options.where()));
    }
    if (!before.isEmpty()) {
      context.setJobDescription("rescreen: checksums of parts finished before");
      SerializableConfiguration shared = configuration;
      List<String> paths = folder.paths(before);
      context
          .parallelize(paths, TaskCount.of(spark, paths.size()))
          .map(path -> DeviationFile.read(shared.value(), new org.apache.hadoop.fs.Path(path)))
          .collect()
          .forEach(part -> parts.put(part.file().name(), part));
    }
    TreeMap<String, String> metadata = new TreeMap<>();
    metadata.put(ScreenFolder.MODELS, digest);
    if (options.property() != null) {
      metadata.put("property", options.property().name());
    }
    metadata.put("where", options.where() == null ? "" : options.where());
    metadata.put("sample", Double.toString(options.sample()));
    metadata.putAll(library.metadata());
    folder.commit(
        names.values().stream().map(parts::get).filter(part -> part != null).toList(), metadata);
  }

  static String hash(String... texts) {
    return Sha256.hex(String.join("\n", texts) + "\n").substring(0, 24);
  }
}
