package org.dpsieve.spark.transfer;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.outputlayer.OutputLayerFit;

/**
 * Labelled frames in an order and in groups that depend on the frames alone, so that sums over them
 * have the same bits whatever the partitions, the order of arrival and the number of executors.
 * Sorted by id, every {@link OutputLayerFit#FOLDS}-th frame belongs to one fold; within a fold,
 * {@link #TERM} frames after another make a term of its sum.
 */
final class LabelledFrames {
  /** Frames added one after the other; terms are added as a binary tree. */
  static final int TERM = 8;

  private final JavaPairRDD<Place, Row> rows;

  /** Where a frame goes. */
  record Place(int fold, int index) implements Comparable<Place>, java.io.Serializable {
    int term() {
      return index / TERM;
    }

    @Override
    public int compareTo(Place other) {
      return fold != other.fold
          ? Integer.compare(fold, other.fold)
          : Integer.compare(index, other.index);
    }
  }

  private LabelledFrames(JavaPairRDD<Place, Row> rows) {
    this.rows = rows;
  }

  /**
   * @param labelled rows of the frames dataset; a frame that is in it twice counts once
   */
  static LabelledFrames of(SparkSession spark, Dataset<Row> labelled) {
    Dataset<Row> once = labelled.dropDuplicates("frame_id", "system", "index");
    List<String> found =
        once.select("frame_id", "system", "index")
            .map(
                (org.apache.spark.api.java.function.MapFunction<Row, String>) LabelledFrames::key,
                Encoders.STRING())
            .collectAsList();
    if (found.isEmpty()) {
      throw new InputException("no labelled frame to fit the output layer to");
    }
    String[] keys = found.toArray(new String[0]);
    Arrays.sort(keys);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<String[]> sorted = context.broadcast(keys);
    int parts = Math.min(terms(keys.length), 4 * context.defaultParallelism());
    return new LabelledFrames(
        once.javaRDD()
            .mapToPair(row -> new scala.Tuple2<>(place(row, sorted.value()), row))
            .repartitionAndSortWithinPartitions(new ByTerm(keys.length, parts)));
  }

  /** Each partition's frames in order; all frames of a term are in one partition. */
  JavaPairRDD<Place, Row> rows() {
    return rows;
  }

  private static String key(Row row) {
    return row.getString(row.fieldIndex("frame_id"))
        + " "
        + row.getString(row.fieldIndex("system"))
        + " "
        + row.getInt(row.fieldIndex("index"));
  }

  private static Place place(Row row, String[] keys) {
    int rank = Arrays.binarySearch(keys, key(row));
    return new Place(rank % OutputLayerFit.FOLDS, rank / OutputLayerFit.FOLDS);
  }

  /** An upper bound of the number of terms of each fold. */
  private static int termsOfFold(int frames) {
    return frames / OutputLayerFit.FOLDS / TERM + 1;
  }

  private static int terms(int frames) {
    return OutputLayerFit.FOLDS * termsOfFold(frames);
  }

  /** Terms to partitions, in order. */
  private static final class ByTerm extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int frames;
    private final int parts;

    ByTerm(int frames, int parts) {
      this.frames = frames;
      this.parts = parts;
    }

    @Override
    public int numPartitions() {
      return parts;
    }

    @Override
    public int getPartition(Object key) {
      Place place = (Place) key;
      long term = (long) place.fold() * termsOfFold(frames) + place.term();
      return (int) (term * parts / terms(frames));
    }
  }
}
