package org.dpsieve.testing;

import org.apache.spark.sql.SparkSession;
import org.dpsieve.spark.DpsieveExtensions;

/** One local Spark session for the whole suite: starting one costs seconds. */
public final class LocalSpark {
  private LocalSpark() {}

  public static synchronized SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("tests")
        .config("spark.ui.enabled", false)
        .config("spark.sql.extensions", DpsieveExtensions.class.getName())
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate();
  }
}
