package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Uniformly at random, as DP-GEN picks: ascending by SHA-256 of the text {@code
 * "<seed>:<iteration>:<frame_id>"} (decimal, decimal, hex). The same frames in every run with that
 * seed, on any number of partitions and in any other program that sorts by this rule.
 */
public final class RandomPick implements PickOrder {
  @Override
  public Dataset<Row> order(Dataset<Row> candidates, long seed, int iteration) {
    return candidates.orderBy(key(seed, iteration), col("frame_id"));
  }

  /** The digest, in hexadecimal. */
  static Column key(long seed, int iteration) {
    return sha2(concat(lit(seed + ":" + iteration + ":"), col("frame_id")).cast("binary"), 256);
  }
}
