package org.dpsieve.spark.pick;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Which candidates are picked first. A strategy is one class and one line in {@link
 * PickStrategies}.
 */
public interface PickOrder {
  /**
   * The candidates, most wanted first; those that cannot be among the first {@link
   * PickContext#number} may be missing. The order must follow from the rows, the seed and the
   * iteration alone, never from partitions, and be total: {@code frame_id} is unique, end with it.
   *
   * @param candidates at least {@code frame_id}; from iteration 1 on also the deviations
   * @return rows with the same columns, sorted
   */
  Dataset<Row> order(Dataset<Row> candidates, long seed, int iteration);
}
