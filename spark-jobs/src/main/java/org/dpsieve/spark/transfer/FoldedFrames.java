package org.dpsieve.spark.transfer;

import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.outputlayer.OutputLayerFit;

/**
 * Labelled frames in an order and in groups that depend on the frames alone, so that sums over them
 * have the same bits whatever the partitions, the order of arrival and the number of executors.
 * Sorted by id within their group, every {@link OutputLayerFit#FOLDS}-th frame belongs to one fold;
 * within a fold, {@link #TERM} frames after another make a term of its sum. A frame's fold does not
 * depend on other groups: what was summed up for one stays right when another is added.
 */
final class FoldedFrames {
  /** Frames added one after the other; terms are added as a binary tree. */
  static final int TERM = 8;

  private static final String GROUP = "group of labelled frames";

  private final JavaPairRDD<Place, Row> rows;
  private List<scala.Tuple2<Place, Row>> some; // null before somebody asks

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

  /** A frame's group and its place among all. */
  private record Member(int group, Place place) implements java.io.Serializable {}

  private FoldedFrames(JavaPairRDD<Place, Row> rows) {
    this.rows = rows;
  }

  /**
   * @param labelled rows of the frames dataset; a frame that is in it twice counts once
   */
  static FoldedFrames of(SparkSession spark, Dataset<Row> labelled) {
    return of(spark, List.of(labelled));
  }

  /**
   * @param groups rows of the frames dataset; a frame that is in them twice counts once, in the
   *     first
   */
  static FoldedFrames of(SparkSession spark, List<Dataset<Row>> groups) {
    return find(spark, groups)
        .orElseThrow(() -> new InputException("no labelled frame to fit the output layer to"));
  }

  /** As {@link #of(SparkSession, List)}; empty where there are no frames. */
  static Optional<FoldedFrames> find(SparkSession spark, List<Dataset<Row>> groups) {
    Dataset<Row> all = null;
    for (int group = 0; group < groups.size(); group++) {
      Dataset<Row> one =
          groups
              .get(group)
              .dropDuplicates("frame_id", "system", "index")
              .withColumn(GROUP, lit(group));
      all = all == null ? one : all.unionByName(one, true);
    }
    List<Row> found = all.select("frame_id", "system", "index", GROUP).collectAsList();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Map<String, Member>> members = context.broadcast(members(found, groups.size()));
    int frames = found.size();
    int parts = Math.min(terms(frames), 4 * context.defaultParallelism());
    return Optional.of(
        new FoldedFrames(
            all.javaRDD()
                .filter(row -> members.value().get(key(row)).group() == group(row))
                .mapToPair(row -> new scala.Tuple2<>(members.value().get(key(row)).place(), row))
                .repartitionAndSortWithinPartitions(new ByTerm(frames, parts))));
  }

  /** By key; a group's places follow those of the groups before it, fold by fold. */
  private static Map<String, Member> members(List<Row> found, int groups) {
    List<Set<String>> keys = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      keys.add(new TreeSet<>());
    }
    found.forEach(row -> keys.get(group(row)).add(key(row)));
    Map<String, Member> members = new HashMap<>();
    int[] before = new int[OutputLayerFit.FOLDS];
    for (int group = 0; group < groups; group++) {
      int rank = 0;
      for (String key : keys.get(group)) {
        if (!members.containsKey(key)) {
          int fold = rank++ % OutputLayerFit.FOLDS;
          members.put(key, new Member(group, new Place(fold, before[fold]++)));
        }
      }
    }
    return members;
  }

  private static int group(Row row) {
    return row.getInt(row.fieldIndex(GROUP));
  }

  /** Each partition's frames in order; all frames of a term are in one partition. */
  JavaPairRDD<Place, Row> rows() {
    return rows;
  }

  /**
   * The first {@link FoldCalibration#MOST} frames of each fold, in order, brought here once for all
   * who measure errors on frames left out.
   */
  synchronized List<scala.Tuple2<Place, Row>> some() {
    if (some == null) {
      List<scala.Tuple2<Place, Row>> found =
          new ArrayList<>(rows.filter(row -> row._1().index() < FoldCalibration.MOST).collect());
      found.sort(Comparator.comparing(scala.Tuple2::_1));
      some = List.copyOf(found);
    }
    return some;
  }

  private static String key(Row row) {
    return row.getString(row.fieldIndex("frame_id"))
        + " "
        + row.getString(row.fieldIndex("system"))
        + " "
        + row.getInt(row.fieldIndex("index"));
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
      return (int) Math.min(parts - 1, term * parts / terms(frames));
    }
  }
}
