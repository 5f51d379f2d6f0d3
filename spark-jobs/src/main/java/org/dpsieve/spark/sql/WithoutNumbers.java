package org.dpsieve.spark.sql;

import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.util.TaskCompletionListener;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frames of a task whose numbers are NaN: a count on Spark's page of the query, and a line in
 * the log when the task ends, with the first one's reason.
 */
final class WithoutNumbers {
  private static final Logger LOG = LoggerFactory.getLogger(WithoutNumbers.class);

  private final SQLMetric metric;
  private long count;
  private String first = "";

  WithoutNumbers(SQLMetric metric) {
    this.metric = metric;
  }

  static WithoutNumbers ofThisTask(SQLMetric metric) {
    WithoutNumbers frames = new WithoutNumbers(metric);
    // also where a LIMIT leaves rows unread
    TaskCompletionListener atTheEnd = context -> frames.line().ifPresent(LOG::warn);
    TaskContext.get().addTaskCompletionListener(atTheEnd);
    return frames;
  }

  /**
   * A frame without numbers.
   *
   * @param reason asked for the task's first one alone
   */
  void add(Frame frame, Supplier<String> reason) {
    if (count == 0) {
      first = "%s: %s".formatted(Formula.of(frame), reason.get());
    }
    count++;
    metric.add(1);
  }

  Optional<String> line() {
    return count == 0
        ? Optional.empty()
        : Optional.of("frames without numbers (NaN): %d; the first, %s".formatted(count, first));
  }
}
