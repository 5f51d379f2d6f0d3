package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.pick.PickContext;
import org.dpsieve.spark.pick.PickOrder;
import org.dpsieve.spark.pick.PickStrategies;

/** What the loop's own pickers take from a study's pool. */
final class StudyPicks implements AutoCloseable {
  /** Labels between two trainings of the models that {@code deviation} looks at. */
  private static final int DEVIATION_BATCH = 25;

  private static final StructType DEVIATIONS =
      new StructType()
          .add("frame_id", DataTypes.StringType, false)
          .add("max_devi_f", DataTypes.DoubleType, false);

  private final SparkSession spark;
  private final StudyPool data;
  private final DeepPotential model;
  private final Dataset<Row> frames;
  private final Map<String, Integer> places = new HashMap<>();

  /**
   * @param model whose features frames are compared by
   */
  StudyPicks(SparkSession spark, StudyPool data, DeepPotential model) {
    this.spark = spark;
    this.data = data;
    this.model = model;
    List<Row> rows = new ArrayList<>();
    for (StudyFrame frame : data.pool()) {
      places.put(frame.id(), rows.size());
      rows.add(FrameRows.toRow(frame.frame()));
    }
    this.frames =
        spark.createDataFrame(rows, FrameRows.SCHEMA).persist(StorageLevel.MEMORY_AND_DISK());
  }

  /**
   * Places in the pool, in the order of picking.
   *
   * @param trainer by which {@code deviation} trains between its picks
   */
  List<Integer> of(PickStrategy strategy, long seed, int number, StudyTrainer trainer) {
    boolean change = !data.old().isEmpty() && trainer.old() != TransferFit.Mode.IGNORE;
    PickOrder order =
        PickStrategies.of(
            strategy, () -> new PickContext(frames, frames.limit(0), () -> model, number, change));
    return strategy == PickStrategy.DEVIATION
        ? inBatches(order, seed, number, trainer)
        : first(order, frames.select("frame_id"), seed, 0, number);
  }

  private List<Integer> first(
      PickOrder order, Dataset<Row> candidates, long seed, int iteration, int number) {
    return order
        .order(candidates, seed, iteration)
        .limit(number)
        .select("frame_id")
        .as(Encoders.STRING())
        .collectAsList()
        .stream()
        .map(places::get)
        .toList();
  }

  /**
   * As iterations of the loop: the first without models, each later one by models trained so far.
   */
  private List<Integer> inBatches(PickOrder order, long seed, int number, StudyTrainer trainer) {
    List<Integer> picks = new ArrayList<>();
    BitSet left = new BitSet();
    left.set(0, data.pool().size());
    StudyTraining training = new StudyTraining(data, trainer);
    for (int iteration = 0; picks.size() < number; iteration++) {
      Dataset<Row> candidates =
          iteration == 0 ? frames.select("frame_id") : deviations(left, training.parameters());
      int most = Math.min(DEVIATION_BATCH, number - picks.size());
      for (int pick : first(order, candidates, seed, iteration, most)) {
        picks.add(pick);
        training.add(data.pool().get(pick));
        left.clear(pick);
      }
    }
    return picks;
  }

  private Dataset<Row> deviations(BitSet left, double[][] parameters) {
    List<Row> rows =
        left.stream()
            .mapToObj(data.pool()::get)
            .map(frame -> RowFactory.create(frame.id(), frame.maxForceDeviation(parameters)))
            .toList();
    return spark.createDataFrame(rows, DEVIATIONS).coalesce(1);
  }

  /**
   * All places at random, as each of some iterations would pick among whatever is left then.
   *
   * @return [iterations][frames]
   */
  int[][] random(long seed, int iterations) {
    PickOrder order =
        PickStrategies.of(
            PickStrategy.RANDOM,
            () -> {
              throw new IllegalStateException("random picks look at nothing");
            });
    int[][] places = new int[iterations][];
    for (int i = 0; i < iterations; i++) {
      places[i] =
          first(order, frames.select("frame_id"), seed, i, data.pool().size()).stream()
              .mapToInt(Integer::intValue)
              .toArray();
    }
    return places;
  }

  @Override
  public void close() {
    frames.unpersist();
  }
}
