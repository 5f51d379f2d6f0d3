package org.dpsieve.spark.source;

import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** What Spark's page of a query says of its reading. Spark makes them by the names of classes. */
public final class ScanMetric {
  static final String FRAMES = "frames";
  static final String ATOMS = "atoms";
  static final String SKIPPED = "systemsSkipped";
  static final String UNREADABLE = "systemsUnreadable";

  private ScanMetric() {}

  /** Of a scan. */
  static CustomMetric[] all() {
    return new CustomMetric[] {new Frames(), new Atoms(), new Skipped(), new Unreadable()};
  }

  /** A task's share, or the driver's. */
  record Value(String name, long value) implements CustomTaskMetric {}

  /** Rows that are frames. */
  public static final class Frames extends CustomSumMetric {
    @Override
    public String name() {
      return FRAMES;
    }

    @Override
    public String description() {
      return "frames";
    }
  }

  /** Of these frames. */
  public static final class Atoms extends CustomSumMetric {
    @Override
    public String name() {
      return ATOMS;
    }

    @Override
    public String description() {
      return "atoms";
    }
  }

  /** Left unread, as the query's conditions leave them out. */
  public static final class Skipped extends CustomSumMetric {
    @Override
    public String name() {
      return SKIPPED;
    }

    @Override
    public String description() {
      return "systems skipped";
    }
  }

  /** Bad ones, as far as their headers tell. */
  public static final class Unreadable extends CustomSumMetric {
    @Override
    public String name() {
      return UNREADABLE;
    }

    @Override
    public String description() {
      return "systems that cannot be read";
    }
  }
}
