package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.col;

import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The largest {@code max_devi_f} first. In iteration 0, where the models are not consulted, at
 * random.
 */
public final class DeviationPick implements PickOrder {
  @Override
  public Dataset<Row> order(Dataset<Row> candidates, long seed, int iteration) {
    if (!Set.of(candidates.columns()).contains("max_devi_f")) {
      return new RandomPick().order(candidates, seed, iteration);
    }
    return candidates.orderBy(col("max_devi_f").desc(), col("frame_id"));
  }
}
