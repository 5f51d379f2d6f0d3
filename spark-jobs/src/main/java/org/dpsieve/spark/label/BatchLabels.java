package org.dpsieve.spark.label;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.BatchLabeller;
import org.dpsieve.label.LabelResult;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.spark.TaskRooms;
import org.dpsieve.spark.deviation.FrameBatches;

/** Labels frames where they are. */
public final class BatchLabels {
  private BatchLabels() {}

  /**
   * @param frames rows of the frames dataset; spread them before where labelling is costly
   * @return rows of {@link LabelRows#SCHEMA}, one per frame
   */
  public static Dataset<Row> apply(Dataset<Row> frames, BatchLabeller labeller) {
    Broadcast<BatchLabeller> shared =
        JavaSparkContext.fromSparkContext(frames.sparkSession().sparkContext()).broadcast(labeller);
    return frames.mapPartitions(
        (MapPartitionsFunction<Row, Row>) rows -> new Batches(rows, shared.value()),
        Encoders.row(LabelRows.SCHEMA));
  }

  /**
   * Tries a labeller in a task, before any work.
   *
   * @return as {@link BatchLabeller#tried}
   * @throws InputException when it cannot label anything
   */
  public static SortedMap<String, String> tried(SparkSession spark, BatchLabeller labeller) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<BatchLabeller> shared = context.broadcast(labeller);
    Tried tried = context.parallelize(List.of(0), 1).map(none -> attempt(shared.value())).first();
    shared.destroy();
    if (tried.problem() != null) {
      throw new InputException(tried.problem());
    }
    return tried.about();
  }

  /** In a record, because Spark wraps what an executor throws. */
  private record Tried(SortedMap<String, String> about, String problem)
      implements java.io.Serializable {}

  private static Tried attempt(BatchLabeller labeller) {
    TaskRoom room = TaskRooms.ofThisTask();
    try {
      return new Tried(TaskRooms.stoppable(() -> labeller.tried(room)), null);
    } catch (InputException e) {
      return new Tried(null, e.getMessage());
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
