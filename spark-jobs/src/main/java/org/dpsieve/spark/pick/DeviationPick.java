package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.col;

import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.pick.Measure;

/**
 * The largest measure first, {@code max_devi_f} or that of a property. In iteration 0, where the
 * models are not consulted, at random.
 */
public final class DeviationPick implements PickOrder {
  private final String column;

  public DeviationPick(Measure measure) {
    this.column = measure.column();
  }

  @Override
  public Dataset<Row> order(Dataset<Row> candidates, long seed, int iteration) {
    if (!Set.of(candidates.columns()).contains(column)) {
      return new RandomPick().order(candidates, seed, iteration);
    }
    return candidates.orderBy(col(column).desc(), col("frame_id"));
  }
}
