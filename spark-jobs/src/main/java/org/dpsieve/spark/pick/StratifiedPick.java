package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Each composition in turn, however many frames it has; at random within it and among them. Of a
 * composition no more frames are returned than will be picked in all: Spark then keeps so many of
 * each partition, and no composition's frames are sorted as a whole ({@code
 * InferWindowGroupLimit}).
 */
final class StratifiedPick implements PickOrder {
  private static final String COMPOSITION = "composition";
  private static final String TURN = "turn of its composition";

  private final PickContext context;

  StratifiedPick(PickContext context) {
    this.context = context;
  }

  @Override
  public Dataset<Row> order(Dataset<Row> candidates, long seed, int iteration) {
    return withFormula(candidates)
        .withColumn(
            TURN,
            row_number()
                .over(Window.partitionBy(COMPOSITION).orderBy(RandomPick.key(seed, iteration))))
        .where(col(TURN).leq(context.number()))
        .orderBy(col(TURN), RandomPick.key(seed, iteration), col("frame_id"))
        .drop(TURN, COMPOSITION);
  }

  private Dataset<Row> withFormula(Dataset<Row> candidates) {
    return Set.of(candidates.columns()).contains("formula")
        ? candidates.withColumn(COMPOSITION, col("formula"))
        : candidates.join(
            context.frames().select(col("frame_id"), col("formula").as(COMPOSITION)), "frame_id");
  }
}
