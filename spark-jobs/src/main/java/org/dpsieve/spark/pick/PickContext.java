package org.dpsieve.spark.pick;

import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.model.DeepPotential;

/**
 * What strategies that look at the frames themselves need.
 *
 * @param frames rows of the frames dataset, all candidates among them
 * @param labelled rows of the frames dataset: what has a label already; may be empty
 * @param model whose features the frames are compared by; read when it is asked for
 * @param number most frames that will be picked
 * @param change whether new labels are learnt as a change from old ones
 */
public record PickContext(
    Dataset<Row> frames,
    Dataset<Row> labelled,
    Supplier<DeepPotential> model,
    int number,
    boolean change) {}
