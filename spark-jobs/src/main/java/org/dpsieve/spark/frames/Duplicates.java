package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.functions;
import org.dpsieve.error.InputException;

/**
 * Frames with the {@link org.dpsieve.frame.DuplicateKey} of an earlier one. By hash and sorting, so
 * that a pool of any size streams through.
 */
final class Duplicates {
  /** Energies that differ by more than float32 can make are other labels. */
  private static final double SAME_ENERGY = 1e-6;

  private static final String SAME = "duplicate";
  private static final String MOVED = " (atoms in another order, or moved by lattice vectors)";
  private static final String RELABELLED = ", but with another energy";

  private Duplicates() {}

  /**
   * All but the first frame, in the order of the sources, of those with equal key: the columns of
   * {@code frames}, {@code reason} filled in; {@code kind}, the reason without places; and {@code
   * other_state}, for {@link #requireNoOtherStates}.
   *
   * @param frames with at least {@code frame_id, index, energy, system_number, file, reason,
   *     duplicate_key, state}
   */
  static Dataset<Row> of(Dataset<Row> frames, int tasks) {
    WindowSpec equal = Window.partitionBy("duplicate_key").orderBy("system_number", "index");
    Column moved = when(col("frame_id").equalTo(col("id_kept")), "").otherwise(MOVED);
    Column scale = greatest(lit(1.0), abs(col("energy")));
    Column relabelled =
        abs(col("energy").minus(col("energy_kept"))).gt(scale.multiply(SAME_ENERGY));
    Column energies =
        concat(
            lit(": "),
            col("energy").cast("string"),
            lit(" eV rather than "),
            col("energy_kept").cast("string"),
            lit(" eV"));
    Column[] columns =
        Stream.concat(Stream.of(frames.columns()), Stream.of("kind", "other_state"))
            .map(functions::col)
            .toArray(Column[]::new);
    return frames
        .repartition(tasks, col("duplicate_key"))
        .withColumn("rank", row_number().over(equal))
        .withColumn("file_kept", first("file").over(equal))
        .withColumn("index_kept", first("index").over(equal))
        .withColumn("id_kept", first("frame_id").over(equal))
        .withColumn("energy_kept", first("energy").over(equal))
        .withColumn("state_kept", first("state").over(equal))
        .where(col("rank").gt(1))
        .withColumn(
            "other_state",
            col("state")
                .notEqual(col("state_kept"))
                .and(col("energy").isNull().or(col("energy_kept").isNull()).or(relabelled)))
        .withColumn("kind", concat(lit(SAME), moved, when(relabelled, RELABELLED).otherwise("")))
        .withColumn(
            "reason",
            concat(
                lit(SAME + " of frame "),
                col("index_kept"),
                lit(" of "),
                col("file_kept"),
                moved,
                when(relabelled, concat(lit(RELABELLED), energies)).otherwise("")))
        .select(columns);
  }

  /**
   * Refuses frames that are one but for spins or charges, which nothing here can tell apart.
   *
   * @param duplicates as {@link #of} returns them
   * @throws InputException naming one of them
   */
  static void requireNoOtherStates(Dataset<Row> duplicates) {
    Dataset<Row> states = duplicates.where(col("other_state"));
    long count = states.count();
    if (count > 0) {
      Row first = states.orderBy("system_number", "index").first();
      throw new InputException(
          ("%s: frame %d is a %s, and in another state (%s): no model that can be read tells such frames apart."
                  + " %d of them; nothing was written. Keep one state of each, or make what tells them apart a"
                  + " parameter: fparam.npy, aparam.npy, or of extended XYZ --extxyz-keys aparam=NAME")
              .formatted(
                  first.getAs("file"),
                  first.<Integer>getAs("index"),
                  first.getAs("reason"),
                  first.<String>getAs("state").replaceAll("=\\S+", ""),
                  count));
    }
  }
}
