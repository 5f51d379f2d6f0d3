package org.dpsieve.spark.label;

import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.spark.frames.FrameRows;

/** Labels frames where they are. */
public final class DirectLabels {
  private DirectLabels() {}

  /**
   * @param frames rows of the frames dataset; spread them before where labelling is costly
   * @return rows of {@link LabelRows#SCHEMA}, one per frame
   */
  public static Dataset<Row> apply(Dataset<Row> frames, DirectLabeller labeller) {
    return frames.map(
        (MapFunction<Row, Row>)
            row -> LabelRows.toRow(row.getAs("frame_id"), labeller.label(FrameRows.toFrame(row))),
        Encoders.row(LabelRows.SCHEMA));
  }
}
