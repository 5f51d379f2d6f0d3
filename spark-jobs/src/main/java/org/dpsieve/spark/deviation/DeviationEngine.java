package org.dpsieve.spark.deviation;

import java.util.Iterator;
import org.apache.spark.sql.Row;

/**
 * Who evaluates the deviation inside Spark's tasks: our kernels ({@link EnsembleHandle}) or
 * DeePMD-kit itself ({@link DpModelDevi}).
 */
public interface DeviationEngine extends FrameEngine {
  /** Deviations alone. */
  @Override
  default Iterator<Row> evaluate(Iterator<Row> frames) {
    return evaluate(frames, false);
  }

  /**
   * One partition's deviations, one row per frame, in order; frames are taken as they are needed. A
   * frame that the models make nothing of has NaN in every column.
   *
   * @param frames rows with at least {@code frame_id, system, index, z, coord, cell}
   * @param trueError whether rows are of {@link DeviationStage#TRUE_ERROR_SCHEMA} rather than
   *     {@link DeviationStage#SCHEMA}
   */
  Iterator<Row> evaluate(Iterator<Row> frames, boolean trueError);

  /** Whether rows have the columns {@code sigma_*} too. */
  default boolean isUncertain() {
    return false;
  }

  /** Whether rows have the columns {@code expected_*}, too, from the old labels of the frames. */
  default boolean expectsErrors() {
    return false;
  }
}
