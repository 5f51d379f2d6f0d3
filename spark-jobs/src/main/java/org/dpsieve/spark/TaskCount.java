package org.dpsieve.spark;

import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Into how many tasks work is cut that comes in pieces, whose results do not depend on it. */
public final class TaskCount {
  private static final int MOST = 1024;
  private static final int OF_A_CORE = 8;

  private TaskCount() {}

  /**
   * A task for each piece, up to a thousand; on one machine, where a small task costs some ten
   * milliseconds and no cores join later, a few for each core.
   *
   * @param pieces at least one
   */
  public static int of(SparkSession spark, int pieces) {
    SparkContext context = spark.sparkContext();
    int most = context.isLocal() ? OF_A_CORE * context.defaultParallelism() : MOST;
    return Math.min(pieces, Math.min(most, MOST));
  }
}
