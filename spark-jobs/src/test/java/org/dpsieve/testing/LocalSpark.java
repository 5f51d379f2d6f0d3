package org.dpsieve.testing;

import org.apache.spark.sql.SparkSession;

/**
 * One local Spark session for the whole suite: starting one costs seconds. Its SQL extensions are
 * in the pom, for commands under test may make it first.
 */
public final class LocalSpark {
  private LocalSpark() {}

  public static synchronized SparkSession session() {
    return SparkSession.builder()
        .config("spark.hadoop.parquet.page.verify-checksum.enabled", "true")
        .master("local[2]")
        .appName("tests")
        .config("spark.ui.enabled", false)
        .config("spark.sql.shuffle.partitions", 2)
        .config("spark.sql.adaptive.enabled", false)
        .config("spark.sql.codegen.wholeStage", false)
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate();
  }
}
