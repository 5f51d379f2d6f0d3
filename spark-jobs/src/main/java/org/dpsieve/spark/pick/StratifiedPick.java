package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Each composition in turn, however many frames it has; at random within it and among them. */
final class StratifiedPick implements PickStrategy {
  static final String KEY = "stratified";
  private static final String TURN = "turn of its composition";

  private final Dataset<Row> formulas;

  StratifiedPick(PickContext context) {
    this.formulas = context.frames().select(col("frame_id"), col("formula").as(KEY));
  }

  @Override
  public String key() {
    return KEY;
  }

  @Override
  public Dataset<Row> order(Dataset<Row> candidates, long seed, int iteration) {
    return candidates
        .join(formulas, "frame_id")
        .withColumn(
            TURN,
            row_number().over(Window.partitionBy(KEY).orderBy(RandomPick.key(seed, iteration))))
        .orderBy(col(TURN), RandomPick.key(seed, iteration), col("frame_id"))
        .drop(TURN, KEY);
  }
}
