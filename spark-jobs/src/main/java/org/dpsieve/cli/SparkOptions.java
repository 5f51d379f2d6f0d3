package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.spark.table.TableFormat;
import picocli.CommandLine.Option;

/** Options of every command that runs on Spark. */
final class SparkOptions {
  private static final String MAIN = Dpsieve.class.getName();
  private static final String FACTORY_MODE = "spark.sql.codegen.factoryMode";

  @Option(
      names = "--master",
      paramLabel = "URL",
      description = "Spark master. Default: what spark-submit says, else local[*].")
  private String master;

  private final List<TableFormat> formats = new ArrayList<>();

  /** A format whose library is to be ready, where it is there. */
  void add(TableFormat format) {
    formats.add(format);
  }

  /** The session of this command; {@code spark-submit}'s settings win over the defaults here. */
  SparkSession open(String name) {
    return session(name, "dpsieve " + name);
  }

  /** The same, where many are listed told from others by its work directory. */
  SparkSession open(String name, Path workdir) {
    return open(name, workdir.toAbsolutePath().normalize().toString());
  }

  /** The same, told from others by where its result goes. */
  SparkSession open(String name, String output) {
    return session(name, "dpsieve %s %s".formatted(name, output));
  }

  private SparkSession session(String name, String application) {
    SparkConf conf = new SparkConf();
    if (master != null) {
      conf.setMaster(master);
    }
    conf.setIfMissing("spark.master", "local[*]");
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "localhost");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.ui.enabled", "false");
      // Spark's 200 make one machine spend half a minute a run on empty tasks, and each task of a
      // small question costs some ten milliseconds; no result depends on it
      conf.setIfMissing(
          "spark.sql.shuffle.partitions",
          Integer.toString(Math.min(8, Runtime.getRuntime().availableProcessors())));
      // plans of a few small stages are not worth a job for each stage
      conf.setIfMissing("spark.sql.adaptive.enabled", "false");
    }
    // A row here is a frame, and costs milliseconds. Compiling code for each query costs more than
    // it saves: a third of a small run's time.
    conf.setIfMissing("spark.sql.codegen.wholeStage", "false");
    conf.setIfMissing(FACTORY_MODE, "NO_CODEGEN");
    // a flipped bit in a page of data is an error then, not another number
    conf.setIfMissing("spark.hadoop.parquet.page.verify-checksum.enabled", "true");
    // spark-submit names an application after its main class where nobody names it
    if (conf.get("spark.app.name", MAIN).equals(MAIN)) {
      conf.set("spark.app.name", application);
    }
    // one task, one core: BLAS must not start threads of its own
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1");
    for (TableFormat format : formats) {
      if (format.isThere()) {
        format.settings(setting -> conf.get(setting, ""), conf::set);
      }
    }
    SparkSession session = SparkSession.builder().config(conf).getOrCreate();
    session.sparkContext().setJobDescription("dpsieve " + name); // on Spark's own page
    // Tasks of an RDD hear of a session's settings only so.
    session.sparkContext().setLocalProperty(FACTORY_MODE, conf.get(FACTORY_MODE));
    return session;
  }
}
