package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.neighbor.GeometryException;
import org.dpsieve.outputlayer.ChangeOrder;
import org.dpsieve.outputlayer.DifferenceSketches;
import org.dpsieve.outputlayer.DiverseOrder;
import org.dpsieve.outputlayer.FeatureKernel;
import org.dpsieve.outputlayer.FrameSketch;
import org.dpsieve.outputlayer.InformationOrder;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.transfer.OutputLayerStage;

/**
 * Strategies that compare frames by their features. The executors find the features; the driver
 * holds those of at most {@link #MOST} candidates, whatever the pool, and compares them there. Of
 * more candidates a sample is drawn, a frame's chance by the square of its force deviation where it
 * is known.
 */
final class FeaturePick implements PickOrder {
  /** Frames the driver compares: 50 MB of features for two elements and 80 hidden units. */
  static final int MOST = 4_000;

  private static final String KEY = "key";
  private static final String SIGMA = "rms_sigma_f";
  private static final String RANK = "rank of the pick";
  private static final StructType RANKS =
      new StructType().add("frame_id", StringType, false).add(RANK, IntegerType, false);

  /** Smallest deviation, eV/Å, that a chance is made of. */
  private static final double LEAST_DEVIATION = 1e-6;

  /** How many hexadecimal digits of a digest make a number between 0 and 1. */
  private static final int DIGITS = 13;

  private final Order order;
  private final PickContext context;

  /** The ways to compare. */
  enum Order {
    /** See {@link DiverseOrder}. */
    DIVERSE {
      @Override
      List<Integer> of(
          List<FrameSketch> candidates,
          Stream<FrameSketch> labelled,
          int number,
          long seed,
          double[] sigma) {
        return DiverseOrder.of(candidates, labelled, number, seed);
      }
    },
    /** See {@link ChangeOrder}. */
    CHANGE {
      @Override
      List<Integer> of(
          List<FrameSketch> candidates,
          Stream<FrameSketch> labelled,
          int number,
          long seed,
          double[] sigma) {
        return ChangeOrder.of(candidates, labelled, number);
      }
    },
    /** See {@link InformationOrder}. */
    INFORMATION {
      @Override
      List<Integer> of(
          List<FrameSketch> candidates,
          Stream<FrameSketch> labelled,
          int number,
          long seed,
          double[] sigma) {
        return InformationOrder.of(candidates, labelled, number, seed, sigma);
      }
    };

    /** Whether forces and virials are compared, too. */
    boolean comparesSlopes() {
      return this != DIVERSE;
    }

    /**
     * @param sigma how far off each candidate's forces are expected to be, NaN where it is not
     *     known
     */
    abstract List<Integer> of(
        List<FrameSketch> candidates,
        Stream<FrameSketch> labelled,
        int number,
        long seed,
        double[] sigma);
  }

  FeaturePick(Order order, PickContext context) {
    this.order = order;
    this.context = context;
  }

  /** The picks first; the other candidates follow by id. */
  @Override
  public Dataset<Row> order(Dataset<Row> candidates, long seed, int iteration) {
    SparkSession spark = candidates.sparkSession();
    Map<String, Double> sigmas = new HashMap<>();
    sample(candidates, seed, iteration)
        .collectAsList()
        .forEach(row -> sigmas.put(row.getString(0), row.getDouble(1)));
    Dataset<Row> sample = rows(context.frames(), List.copyOf(sigmas.keySet()));
    List<Row> ranks = new ArrayList<>();
    sample.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      DeepPotential model = context.model().get();
      boolean[] present =
          OutputLayerStage.typesIn(sample.unionByName(context.labelled(), true), model);
      boolean slopes = order.comparesSlopes();
      List<FrameSketch> frames = sketches(sample, model, present, slopes);
      List<String> labelled = ids(context.labelled()).stream().sorted().distinct().toList();
      Stream<FrameSketch> known =
          IntStream.iterate(0, from -> from < labelled.size(), from -> from + MOST)
              .mapToObj(from -> labelled.subList(from, Math.min(from + MOST, labelled.size())))
              .flatMap(
                  some ->
                      sketches(rows(context.labelled(), some), model, present, slopes).stream());
      double[] sigma = frames.stream().mapToDouble(frame -> sigmas.get(frame.id())).toArray();
      for (int pick : order.of(frames, known, context.number(), seed + 31L * iteration, sigma)) {
        ranks.add(RowFactory.create(frames.get(pick).id(), ranks.size()));
      }
    } finally {
      sample.unpersist();
    }
    return candidates
        .join(broadcast(spark.createDataFrame(ranks, RANKS)), new String[] {"frame_id"}, "left")
        .orderBy(col(RANK).asc_nulls_last(), col("frame_id"))
        .drop(RANK);
  }

  private static List<String> ids(Dataset<Row> frames) {
    return frames.select("frame_id").as(Encoders.STRING()).collectAsList();
  }

  /** Each once, spread over all cores. */
  private static Dataset<Row> rows(Dataset<Row> frames, List<String> ids) {
    SparkSession spark = frames.sparkSession();
    return frames
        .join(broadcast(spark.createDataset(ids, Encoders.STRING()).toDF("frame_id")), "frame_id")
        .dropDuplicates("frame_id")
        .repartition(spark.sparkContext().defaultParallelism());
  }

  /**
   * Rows of {@code frame_id} and of how far off its forces are expected to be. Efraimidis and
   * Spirakis 2006, doi:10.1016/j.ipl.2005.11.003: the largest log(u) / weight.
   */
  private static Dataset<Row> sample(Dataset<Row> candidates, long seed, int iteration) {
    Column number = conv(RandomPick.key(seed, iteration).substr(1, DIGITS), 16, 10).cast("double");
    Column u = number.plus(0.5).divide(Math.pow(16, DIGITS));
    Column weight = lit(1.0);
    Set<String> known = Set.of(candidates.columns());
    if (known.contains("max_devi_f")) {
      Column deviation = greatest(col("max_devi_f"), lit(LEAST_DEVIATION));
      weight = deviation.multiply(deviation);
    }
    return candidates
        .select(
            col("frame_id"),
            (known.contains(SIGMA) ? coalesce(col(SIGMA), lit(Double.NaN)) : lit(Double.NaN))
                .as(SIGMA),
            log(u).divide(weight).as(KEY))
        .orderBy(col(KEY).desc(), col("frame_id"))
        .limit(MOST);
  }

  /** Empty for a frame that no model can be asked about; it comes after all others. */
  private static Optional<FrameSketch> sketch(Row row, FeatureKernel kernel) {
    try {
      FrameSketch sketch =
          FrameSketch.of(
              row.getAs("frame_id"), row.getAs("formula"), kernel.of(FrameRows.toFrame(row)));
      boolean finite =
          DoubleStream.concat(Arrays.stream(sketch.energy()), Arrays.stream(sketch.force()))
              .allMatch(Double::isFinite);
      return finite ? Optional.of(sketch) : Optional.empty();
    } catch (GeometryException e) {
      return Optional.empty();
    }
  }

  /** Of a model that DeePMD-kit evaluates. */
  private static void byDifferences(
      Iterator<Row> rows,
      DeepPotential model,
      boolean[] present,
      boolean slopes,
      List<FrameSketch> found) {
    try (OutputLayerReader reader = OutputLayerReader.of(List.of(model), FeatureKernel.EXACT)) {
      DifferenceSketches sketches = new DifferenceSketches(reader, model, present, slopes);
      rows.forEachRemaining(
          row ->
              sketches
                  .of(row.getAs("frame_id"), row.getAs("formula"), FrameRows.toFrame(row))
                  .ifPresent(found::add));
    }
  }

  /** Sorted by id. */
  private static List<FrameSketch> sketches(
      Dataset<Row> frames, DeepPotential model, boolean[] present, boolean slopes) {
    Broadcast<DeepPotential> shared =
        JavaSparkContext.fromSparkContext(frames.sparkSession().sparkContext()).broadcast(model);
    try {
      List<FrameSketch> sketches =
          new ArrayList<>(
              frames
                  .toJavaRDD()
                  .mapPartitions(
                      rows -> {
                        List<FrameSketch> mine = new ArrayList<>();
                        if (!rows.hasNext()) {
                          return mine.iterator();
                        }
                        if (shared.value().descriptor() instanceof Foreign) {
                          byDifferences(rows, shared.value(), present, slopes, mine);
                          return mine.iterator();
                        }
                        OutputParameters parameters = OutputParameters.of(shared.value(), present);
                        try (FeatureKernel kernel = FeatureKernel.of(shared.value(), parameters)) {
                          rows.forEachRemaining(row -> sketch(row, kernel).ifPresent(mine::add));
                        }
                        return mine.iterator();
                      })
                  .collect());
      sketches.sort(Comparator.comparing(FrameSketch::id));
      return sketches;
    } finally {
      shared.destroy();
    }
  }
}
