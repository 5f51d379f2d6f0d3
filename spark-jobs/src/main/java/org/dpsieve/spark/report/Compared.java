package org.dpsieve.spark.report;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.FrameSample;

/**
 * A labelled frame and what models say of it: evaluated where the executors are, few enough frames
 * to be looked at in the driver.
 *
 * @param id of the frame
 * @param predictions in the models' order
 */
record Compared(String id, Frame frame, Prediction[] predictions) implements Serializable {
  private static final int BATCH = 32; // frames

  /**
   * Of a {@link FrameSample}.
   *
   * @param labelled rows of the frames dataset
   * @return sorted by id; without frames whose geometry makes no sense
   */
  static List<Compared> sample(
      SparkSession spark, Dataset<Row> labelled, List<DeepPotential> models) {
    Set<String> ids = FrameSample.ids(labelled);
    if (ids.isEmpty()) {
      return List.of();
    }
    int tasks = JavaSparkContext.fromSparkContext(spark.sparkContext()).defaultParallelism();
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models)) {
      List<Compared> all =
          new ArrayList<>(
              FrameSample.of(labelled, ids)
                  .repartition(tasks)
                  .toJavaRDD()
                  .mapPartitions(rows -> of(rows, ensemble).iterator())
                  .collect());
      all.sort(Comparator.comparing(Compared::id));
      return all;
    }
  }

  private static List<Compared> of(Iterator<Row> rows, EnsembleHandle ensemble) {
    List<Compared> all = new ArrayList<>();
    while (rows.hasNext()) {
      List<String> ids = new ArrayList<>();
      List<Frame> batch = new ArrayList<>();
      while (rows.hasNext() && batch.size() < BATCH) {
        Row row = rows.next();
        ids.add(row.getAs("frame_id"));
        batch.add(FrameRows.toFrame(row));
      }
      List<Prediction[]> predictions = ensemble.ensemble().evaluate(batch);
      for (int k = 0; k < batch.size(); k++) {
        Compared one = new Compared(ids.get(k), batch.get(k), predictions.get(k));
        if (one.isFinite() || ensemble.ensemble().problem(one.frame()).isEmpty()) {
          all.add(one); // what no model can be asked says nothing of one
        }
      }
    }
    return all;
  }

  private boolean isFinite() {
    for (Prediction one : predictions) {
      if (!Double.isFinite(one.energy())
          || !DoubleStream.of(one.force()).allMatch(Double::isFinite)) {
        return false;
      }
    }
    return true;
  }

  /** The same of some of the models. */
  Compared models(int from, int count) {
    Prediction[] some = new Prediction[count];
    System.arraycopy(predictions, from, some, 0, count);
    return new Compared(id, frame, some);
  }
}
