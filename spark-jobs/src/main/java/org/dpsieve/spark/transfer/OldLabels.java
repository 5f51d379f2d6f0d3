package org.dpsieve.spark.transfer;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.forall;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.dpsieve.frame.Formula;
import org.dpsieve.label.WildLabel;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Labels at the old level of theory: what the frames of a pool have before any is labelled anew.
 * Frames are matched by their id, the hash of their geometry, never by place.
 */
public final class OldLabels {
  private static final String TURN = "turn of its composition";
  private static final String KEY = "key";

  /** Larger numbers are no labels. */
  private static final double LARGEST = 1e300;

  private static final String LEFT_OUT = "labels left out";

  /** As they are; {@link #checked} before anybody reads their labels. */
  private final Dataset<Row> frames;

  private final TransferFit.Mode mode;
  private final long seed;
  private final List<Dataset<Row>> further;

  /**
   * @param frames rows of the frames dataset, each id once, of which those with any label count
   * @param mode whether they may, must or must not be used
   * @param seed of the sample that the old output layer is fitted to
   */
  public OldLabels(Dataset<Row> frames, TransferFit.Mode mode, long seed) {
    this(frames, mode, seed, List.of());
  }

  /**
   * @param further ids of frames that the old output layer is fitted to beside the sample, a group
   *     for each time that some were found: those that models disagree on
   */
  public OldLabels(
      Dataset<Row> frames, TransferFit.Mode mode, long seed, List<Dataset<Row>> further) {
    this.mode = mode;
    this.seed = seed;
    this.further = List.copyOf(further);
    this.frames = frames;
  }

  /** Some of the frames: labels that are none become null and are counted. */
  private static Dataset<Row> checked(Dataset<Row> some) {
    return some.withColumn(LEFT_OUT, lit(0))
        .transform(
            all ->
                sound(
                    all,
                    "energy",
                    abs(col("energy")).leq(col("natoms").multiply(WildLabel.MOST_ENERGY))))
        .transform(
            all ->
                sound(
                    all,
                    "force",
                    numbers("force", col("natoms").multiply(3), WildLabel.MOST_FORCE)))
        .transform(all -> sound(all, "virial", numbers("virial", lit(9), LARGEST)));
  }

  /** Those of some frames that have a label. */
  private static Dataset<Row> withLabels(Dataset<Row> some) {
    return checked(some)
        .drop(LEFT_OUT)
        .where("energy is not null or force is not null or virial is not null");
  }

  /** Labels that fail a test become null and are counted. */
  private static Dataset<Row> sound(Dataset<Row> frames, String label, Column isSound) {
    return frames
        .withColumn(
            LEFT_OUT,
            col(LEFT_OUT).plus(when(col(label).isNotNull().and(not(isSound)), 1).otherwise(0)))
        .withColumn(label, when(isSound, col(label)));
  }

  /**
   * How many energies, forces of a frame and virials are no numbers, or not as many as atoms ask.
   */
  public long leftOut() {
    Row all = checked(frames).agg(sum(LEFT_OUT)).first();
    return all.isNullAt(0) ? 0 : all.getLong(0);
  }

  /** NaN is larger than any number in Spark's order. */
  private static Column numbers(String label, Column length, double largest) {
    return size(col(label)).equalTo(length).and(forall(col(label), x -> abs(x).leq(largest)));
  }

  TransferFit.Mode mode() {
    return mode;
  }

  /** Whether anybody wants them. */
  public boolean asked() {
    return mode != TransferFit.Mode.IGNORE;
  }

  /**
   * Frames with their old labels in columns of their own, null where there is none.
   *
   * @param labelled few, so that their ids can go to every executor
   */
  public Dataset<Row> beside(Dataset<Row> labelled) {
    Dataset<Row> some =
        frames.join(broadcast(labelled.select("frame_id")), new String[] {"frame_id"}, "left_semi");
    return besideEach(labelled, some);
  }

  /**
   * As {@link #beside}, of any number of frames.
   *
   * @param own whether their own labels are the old ones
   */
  public Dataset<Row> besideAll(Dataset<Row> pool, boolean own) {
    return own ? besideThemselves(pool) : besideEach(pool, frames);
  }

  private static Dataset<Row> besideThemselves(Dataset<Row> pool) {
    Dataset<Row> all = checked(pool).drop(LEFT_OUT);
    for (String label : List.of("energy", "force", "virial")) {
      all = all.withColumn(FrameRows.OLD + label, col(label));
    }
    return all;
  }

  private static Dataset<Row> besideEach(Dataset<Row> rows, Dataset<Row> old) {
    return rows.join(
        withLabels(old)
            .select(
                col("frame_id"),
                col("energy").as(FrameRows.OLD + "energy"),
                col("force").as(FrameRows.OLD + "force"),
                col("virial").as(FrameRows.OLD + "virial")),
        new String[] {"frame_id"},
        "left");
  }

  /**
   * What to say where these look like labels of another unit than the new ones.
   *
   * @param labelled rows of the frames dataset, with new labels
   */
  public Optional<String> otherUnit(Dataset<Row> labelled) {
    return OldScale.text(beside(labelled));
  }

  /**
   * Frames that stand for all: each composition in turn, at random within it.
   *
   * @param number most to take
   * @param types names of those that the frames may have
   */
  Dataset<Row> sample(int number, Set<String> types) {
    Column key = key();
    Dataset<Row> ids =
        known(withLabels(frames), types)
            .select(col("frame_id"), col("formula"), key.as(KEY))
            .withColumn(TURN, row_number().over(Window.partitionBy("formula").orderBy(KEY)))
            .where(col(TURN).leq(number))
            .orderBy(TURN, KEY)
            .limit(number)
            .select("frame_id");
    return withLabels(frames.join(broadcast(ids), "frame_id")).select(columns());
  }

  /** How many groups of further frames there are. */
  int groups() {
    return further.size();
  }

  /**
   * Frames of a group that are in none before it, at random.
   *
   * @param number most to take
   * @param types names of those that the frames may have
   */
  Dataset<Row> further(int group, int number, Set<String> types) {
    Dataset<Row> ids = further.get(group).select("frame_id").distinct();
    for (Dataset<Row> before : further.subList(0, group)) {
      ids = ids.join(before.select("frame_id"), new String[] {"frame_id"}, "left_anti");
    }
    Dataset<Row> some = frames.join(broadcast(ids), new String[] {"frame_id"}, "left_semi");
    return known(withLabels(some), types)
        .orderBy(key(), col("frame_id"))
        .limit(number)
        .select(columns());
  }

  private Column key() {
    return sha2(concat(lit(seed + ":old:"), col("frame_id")).cast("binary"), 256);
  }

  private static Dataset<Row> known(Dataset<Row> rows, Set<String> types) {
    Set<String> known = Set.copyOf(types);
    return rows.filter(
        (FilterFunction<Row>) row -> known.containsAll(Formula.types(row.getAs("formula"))));
  }

  private static Column[] columns() {
    return Arrays.stream(FrameRows.SCHEMA.fieldNames()).map(n -> col(n)).toArray(Column[]::new);
  }
}
