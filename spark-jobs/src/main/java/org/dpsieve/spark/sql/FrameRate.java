package org.dpsieve.spark.sql;

import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.util.TaskCompletionListener;

/** What a task has evaluated, on Spark's page of the query: frames, atoms, atoms per second. */
final class FrameRate {
  private final SQLMetric frames;
  private final SQLMetric atoms;
  private long count;
  private long nanoseconds;

  FrameRate(SQLMetric frames, SQLMetric atoms) {
    this.frames = frames;
    this.atoms = atoms;
  }

  /**
   * @param perSecond hears this task's average as it ends
   */
  static FrameRate ofThisTask(SQLMetric frames, SQLMetric atoms, SQLMetric perSecond) {
    FrameRate rate = new FrameRate(frames, atoms);
    TaskCompletionListener atTheEnd = context -> rate.tell(perSecond);
    TaskContext.get().addTaskCompletionListener(atTheEnd);
    return rate;
  }

  /** Some frames were, in this time. */
  void add(long framesMore, long atomsMore, long time) {
    frames.add(framesMore);
    atoms.add(atomsMore);
    count += atomsMore;
    nanoseconds += time;
  }

  private void tell(SQLMetric perSecond) {
    if (nanoseconds > 0) {
      perSecond.set((double) count / nanoseconds * TimeUnit.SECONDS.toNanos(1));
    }
  }
}
