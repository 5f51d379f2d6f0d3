package org.dpsieve.spark.label;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.Tried;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.spark.ExecutorRooms;
import org.dpsieve.spark.TaskRooms;
import org.dpsieve.spark.deviation.FrameBatches;

/** Labels frames where they are. */
public final class BatchLabels {
  private BatchLabels() {}

  /**
   * In any executor.
   *
   * @param frames rows of the frames dataset; spread them before where labelling is costly
   * @return rows of {@link LabelRows#SCHEMA}, one per frame
   */
  public static Dataset<Row> apply(Dataset<Row> frames, BatchLabeller labeller) {
    return apply(frames, labeller, Map.of());
  }

  /**
   * The same.
   *
   * @param resources what a task of a labeller in processes is to have, see {@link ExecutorRooms}
   */
  public static Dataset<Row> apply(
      Dataset<Row> frames, BatchLabeller labeller, Map<String, Object> resources) {
    SparkSession spark = frames.sparkSession();
    Broadcast<BatchLabeller> shared =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(labeller);
    Optional<ResourceProfile> profile = profile(spark, labeller, resources);
    return profile.isPresent()
        ? spark.createDataFrame(
            frames
                .javaRDD()
                .mapPartitions(rows -> (Iterator<Row>) new Batches(rows, shared.value()))
                .withResources(profile.get()),
            LabelRows.SCHEMA)
        : frames.mapPartitions(
            (MapPartitionsFunction<Row, Row>) rows -> new Batches(rows, shared.value()),
            Encoders.row(LabelRows.SCHEMA));
  }

  private static Optional<ResourceProfile> profile(
      SparkSession spark, BatchLabeller labeller, Map<String, Object> resources) {
    return labeller.inProcesses() ? ExecutorRooms.of(spark, resources) : Optional.empty();
  }

  /**
   * Tries a labeller in a task, before any work.
   *
   * @param resources see {@link #apply(Dataset, BatchLabeller, Map)}
   * @return as {@link Tried#tried}
   * @throws InputException when it cannot label anything
   */
  public static SortedMap<String, String> tried(
      SparkSession spark, BatchLabeller labeller, Map<String, Object> resources) {
    return tried(spark, labeller, profile(spark, labeller, resources));
  }

  /** The same of what is no labeller, in any executor. */
  public static SortedMap<String, String> tried(SparkSession spark, Tried what) {
    return tried(spark, what, Optional.empty());
  }

  private static SortedMap<String, String> tried(
      SparkSession spark, Tried what, Optional<ResourceProfile> profile) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Tried> shared = context.broadcast(what);
    JavaRDD<Attempt> attempts =
        context.parallelize(List.of(0), 1).map(none -> attempt(shared.value()));
    Attempt attempt = profile.map(attempts::withResources).orElse(attempts).first();
    shared.destroy();
    if (attempt.problem() != null) {
      throw new InputException(attempt.problem());
    }
    return attempt.about();
  }

  /** In a record, because Spark wraps what an executor throws. */
  private record Attempt(SortedMap<String, String> about, String problem)
      implements java.io.Serializable {}

  private static Attempt attempt(Tried what) {
    TaskRoom room = TaskRooms.ofThisTask();
    try {
      return new Attempt(TaskRooms.stoppable(() -> what.tried(room)), null);
    } catch (InputException e) {
      return new Attempt(null, e.getMessage());
    }
  }

  /** A partition's frames. */
  private static final class Batches extends FrameBatches {
    private final BatchLabeller labeller;
    private final TaskRoom room = TaskRooms.ofThisTask();

    Batches(Iterator<Row> rows, BatchLabeller labeller) {
      super(rows, labeller.atomsAtOnce());
      this.labeller = labeller;
    }

    @Override
    protected List<Row> rows(List<Row> source, List<Frame> batch) {
      List<LabelResult> results = TaskRooms.stoppable(() -> labeller.label(batch, room));
      List<Row> rows = new ArrayList<>();
      for (int k = 0; k < batch.size(); k++) {
        rows.add(LabelRows.toRow(id(source.get(k)), results.get(k)));
      }
      return rows;
    }
  }
}
