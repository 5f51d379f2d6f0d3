package org.dpsieve.cli;

import java.net.URI;
import java.net.URL;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;

/**
 * Takes this program's logging where nobody has chosen another. A plain {@code spark-submit} does
 * not know our jar yet when it looks for a file, and logs by Spark's defaults, from the start or
 * from the first context on: thousands of lines that bury the result.
 */
final class QuietLog {
  /** What Spark takes without a file of its user's. */
  private static final String SPARKS_OWN = "org/apache/spark/log4j2-defaults.properties";

  private QuietLog() {}

  /** Does nothing where a file was named, lies in Spark's configuration, or is ours already. */
  static void take() {
    URL ours = Dpsieve.class.getResource("/log4j2.properties");
    // spark-submit loads our jar by a loader of its own, and a loader has its own logging; of that
    // interface another implementation may stand there
    ClassLoader sparks = SparkException.class.getClassLoader();
    if (ours != null
        && LogManager.getContext(sparks, false) instanceof LoggerContext context
        && nobodyChose(context.getConfiguration())) {
      // after spark-submit Spark takes its own once more, with its first message: so that comes now
      new SparkConf(false).initializeLogIfNecessary(false, true);
      context.setConfigLocation(URI.create(ours.toString()));
    }
  }

  /** Whether it is Spark's own, or what stands there until Spark's own takes its place. */
  static boolean nobodyChose(Configuration configuration) {
    ConfigurationSource source = configuration.getConfigurationSource();
    String location = source == null ? null : source.getLocation();
    return configuration instanceof DefaultConfiguration
        || (location != null && location.endsWith(SPARKS_OWN));
  }
}
