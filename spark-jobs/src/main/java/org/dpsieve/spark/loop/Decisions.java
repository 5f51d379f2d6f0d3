package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.label.BadBox;
import org.dpsieve.label.FrameScreen;
import org.dpsieve.label.Labeller;
import org.dpsieve.loop.Facts;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.Decision;
import org.dpsieve.pick.FrameClass;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.spark.pick.FeatureMap;
import org.dpsieve.spark.pick.PickContext;
import org.dpsieve.spark.pick.PickOrder;
import org.dpsieve.spark.pick.PickStage;
import org.dpsieve.spark.pick.PickStrategies;

/** What happens to each frame of an iteration: the picks table. */
final class Decisions {
  private final SparkSession spark;
  private final SimplifyConfig config;
  private final FrameScreen screen;
  private final StartModels start;

  Decisions(SparkSession spark, RunConfig run, Labeller labeller) {
    this.spark = spark;
    this.config = run.simplify();
    this.start = StartModels.of(run);
    this.screen = FrameScreen.all(new BadBox(config.label().skipBadBox()), labeller.screen());
  }

  /**
   * @param frames how many the pool has
   */
  Facts.Picks first(
      Path target, Dataset<Row> pool, long frames, Dataset<Row> labelled, int atMost) {
    Dataset<Row> written =
        written(
            target,
            pool,
            frames,
            skipped ->
                PickStage.decideFirst(
                    pool,
                    skipped,
                    strategy(config.pick().initStrategy(), pool, labelled, atMost),
                    config.pick().seed(),
                    atMost));
    map(target, model -> FeatureMap.first(pool, picked(written), model));
    return facts(written);
  }

  /**
   * The features are the first model's; they are those of its trained copies too where the hidden
   * layers are frozen.
   */
  private PickOrder strategy(
      PickStrategy named, Dataset<Row> pool, Dataset<Row> labelled, int atMost) {
    boolean change =
        !config.pool().labeled() && config.train().oldLabels() != TransferFit.Mode.IGNORE;
    return PickStrategies.of(
        named,
        config.trust().measure(),
        () ->
            new PickContext(
                pool, labelled == null ? pool.limit(0) : labelled, this::featured, atMost, change));
  }

  /** The model whose features frames are compared by. */
  private DeepPotential featured() {
    Path first = config.train().models().get(0);
    return config.train().dp().isEmpty() && config.property().isEmpty()
        ? start.read(0, first)
        : ModelFiles.readBody(first, config.typeMap());
  }

  /**
   * @param first the picks of iteration 0
   * @param frames how many the pool has
   */
  Facts.Picks later(
      Path target,
      Path first,
      int iteration,
      Dataset<Row> pool,
      long frames,
      Path deviation,
      Dataset<Row> labelled,
      int atMost) {
    Dataset<Row> deviations = Tables.read(spark, deviation);
    Dataset<Row> written =
        written(
            target,
            Tables.in(pool, deviations),
            frames,
            skipped ->
                PickStage.decide(
                    PickStage.classify(deviations, config.trust()),
                    skipped,
                    strategy(config.pick().strategy(), pool, labelled, atMost),
                    config.pick().seed(),
                    iteration,
                    atMost));
    FeatureMap.read(first)
        .ifPresent(known -> map(target, model -> known.later(pool, picked(written), model)));
    return facts(written);
  }

  /**
   * @param frames what is decided about: looked through once for what is never picked
   * @param most frames that there can be
   */
  private Dataset<Row> written(
      Path target, Dataset<Row> frames, long most, UnaryOperator<Dataset<Row>> decide) {
    Dataset<Row> skipped =
        PickStage.skipped(frames, screen).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Tables.write(decide.apply(skipped), most, target);
    } finally {
      skipped.unpersist();
    }
    return Tables.read(spark, target);
  }

  private static Dataset<Row> picked(Dataset<Row> decisions) {
    return decisions.where(col("decision").equalTo(Decision.PICKED.key()));
  }

  private static Facts.Picks facts(Dataset<Row> written) {
    SortedMap<String, Long> classes = new TreeMap<>();
    SortedMap<String, Long> fates = new TreeMap<>();
    SortedMap<String, Long> reasons = new TreeMap<>();
    for (Row row : written.groupBy("class", "decision", "skip_reason").count().collectAsList()) {
      classes.merge(row.getString(0), row.getLong(3), Long::sum);
      fates.merge(row.getString(1), row.getLong(3), Long::sum);
      if (!row.isNullAt(2)) {
        reasons.merge(row.getString(2), row.getLong(3), Long::sum);
      }
    }
    return new Facts.Picks(
        classes.values().stream().mapToLong(Long::longValue).sum(),
        classes.getOrDefault(FrameClass.ACCURATE.key(), 0L),
        classes.getOrDefault(FrameClass.CANDIDATE.key(), 0L),
        classes.getOrDefault(FrameClass.FAILED.key(), 0L),
        fates.getOrDefault(Decision.PICKED.key(), 0L),
        fates.getOrDefault(Decision.FAILED.key(), 0L),
        reasons);
  }

  /** Where the picks lie in feature space, where the first model's features can be had. */
  private void map(Path target, Function<DeepPotential, FeatureMap> map) {
    if (config.train().models().isEmpty()) {
      return; // there is no model yet
    }
    try {
      map.apply(featured()).write(target);
    } catch (UnsupportedModelException e) {
      // a model that DeePMD-kit alone knows: the page goes without this picture
    }
  }

  /** The failed frames that stay, worst first, as tab-separated text. */
  String failed(Dataset<Row> pool, Path picks) {
    Dataset<Row> failed =
        Tables.read(spark, picks).where(col("decision").equalTo(Decision.FAILED.key()));
    String measure = config.trust().measure().column();
    List<String> columns = new ArrayList<>(List.of("frame_id", "system", "index", measure));
    if (config.property().isEmpty()) {
      columns.add("devi_e");
    }
    return failed
        .join(pool.select("frame_id", "system", "index"), "frame_id")
        .orderBy(col(measure).desc(), col("frame_id"))
        .select("frame_id", columns.subList(1, columns.size()).toArray(String[]::new))
        .collectAsList()
        .stream()
        .map(row -> row.mkString("\t") + "\n")
        .collect(Collectors.joining("", String.join("\t", columns) + "\n", ""));
  }

  static long candidates(SparkSession spark, TrustLevels trust, Path deviation) {
    return PickStage.classify(Tables.read(spark, deviation), trust)
        .where(col("class").equalTo(FrameClass.CANDIDATE.key()))
        .count();
  }

  /** Frames that cannot be labelled, by the tables of picks so far. */
  static Dataset<Row> unfit(SparkSession spark, List<Path> picks) {
    Dataset<Row> all = null;
    for (Path folder : picks) {
      Dataset<Row> some =
          Tables.read(spark, folder)
              .where(col("decision").equalTo(Decision.SKIPPED.key()))
              .select("frame_id");
      all = all == null ? some : all.union(some);
    }
    return all;
  }

  /**
   * What the final models say of the pool.
   *
   * @param deviation of the whole pool
   * @param labelled frames with a label
   * @param picks all tables of picks
   */
  static Facts.FinalClasses finalClasses(
      SparkSession spark,
      TrustLevels trust,
      Path deviation,
      Dataset<Row> labelled,
      List<Path> picks) {
    Dataset<Row> classes = PickStage.classify(Tables.read(spark, deviation), trust);
    Column what =
        when(col("labelled"), concat(lit("labelled "), col("class")))
            .when(col("unfit"), "unfit")
            .otherwise(col("class"));
    SortedMap<String, Long> counts =
        Tables.counts(
            classes
                .join(ids(labelled, "labelled"), new String[] {"frame_id"}, "left")
                .join(ids(unfit(spark, picks), "unfit"), new String[] {"frame_id"}, "left"),
            what);
    long known = counts.getOrDefault("labelled " + FrameClass.ACCURATE.key(), 0L);
    long above =
        counts.getOrDefault("labelled " + FrameClass.CANDIDATE.key(), 0L)
            + counts.getOrDefault("labelled " + FrameClass.FAILED.key(), 0L);
    return new Facts.FinalClasses(
        known + above,
        above,
        counts.getOrDefault("unfit", 0L),
        counts.getOrDefault(FrameClass.ACCURATE.key(), 0L),
        counts.getOrDefault(FrameClass.CANDIDATE.key(), 0L),
        counts.getOrDefault(FrameClass.FAILED.key(), 0L));
  }

  private static Dataset<Row> ids(Dataset<Row> rows, String name) {
    return rows.select("frame_id").distinct().withColumn(name, lit(true));
  }
}
