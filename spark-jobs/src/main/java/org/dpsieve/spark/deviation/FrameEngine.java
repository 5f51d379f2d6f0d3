package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.sql.Row;

/** Who says something of frames inside Spark's tasks, by models that every executor has. */
public interface FrameEngine extends Serializable, AutoCloseable {
  /**
   * One partition's answers, one row per frame, in order; frames are taken as they are needed. A
   * frame that the models make nothing of has NaN in every column.
   *
   * @param frames rows with at least {@code frame_id, system, index, z, coord, cell}
   * @return rows that begin with {@code frame_id}; an array of numbers, where there is one, is the
   *     last column
   */
  Iterator<Row> evaluate(Iterator<Row> frames);

  /** Why some frames have no numbers, by {@code frame_id}, as far as the engine has kept it. */
  default Map<String, String> problems() {
    return Map.of();
  }

  /** Takes the models from the executors; no stage that uses this may run afterwards. */
  @Override
  void close();
}
